"""Files for OBS: whole at any moment, touched only on a change, and never in the service's way."""

import asyncio
import contextlib
import errno
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_clock import FakeClock
from full_disk import full_disk
from msgspec.structs import replace
from structlog.testing import capture_logs
from viewers import TRACK, playing

from tonearm.poller.playback import Health, Item, Snapshot, State
from tonearm.server.public.text_files import RETRY_S, TextFiles

NOTHING = Snapshot(epoch="k3f9", seq=9, state=State.NOTHING, health=Health.OK)


class Desk:
    """A directory that is kept, and what its covers are."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = FakeClock()
        self.pictures: dict[str, bytes] = {}
        self.files = TextFiles(
            directory,
            on="{title} by {artist}",
            idle="Last: {title}",
            picture=self._picture,
            clock=self.clock,
        )

    def _picture(self, item: Item) -> bytes | None:
        return self.pictures.get(item.uri)

    async def show(self, snapshot: Snapshot) -> None:
        """Publish, and let it be written."""
        self.files.publish(snapshot)
        await self.settle()

    async def settle(self) -> None:
        """Let the one thread finish what it was given before."""
        await self.clock.settle()
        await asyncio.to_thread(lambda: None)
        await self.clock.settle()

    def read(self) -> dict[str, str]:
        """Return every file there is."""
        return {each.name: each.read_text("utf-8") for each in self.directory.iterdir()}

    def modes(self) -> dict[str, int]:
        """Return who may read and write each file."""
        return {each.name: each.stat().st_mode & 0o777 for each in self.directory.iterdir()}

    def changed(self) -> dict[str, int]:
        """Return which file is which on the disk."""
        return {each.name: each.stat().st_ino for each in self.directory.iterdir()}


@contextlib.asynccontextmanager
async def at_work(directory: Path) -> AsyncIterator[Desk]:
    """Yield a desk at work in a directory, there or not."""
    desk = Desk(directory)
    with ThreadPoolExecutor(max_workers=1) as thread:
        asyncio.get_running_loop().set_default_executor(thread)
        running = asyncio.create_task(desk.files.run())
        await desk.clock.settle()
        yield desk
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Return a desk at work."""
    async with at_work(tmp_path) as desk:
        yield desk


@contextlib.contextmanager
def broken(directory: Path) -> Iterator[None]:
    """Put a file in the directory's place; no user, not even root, can write into that."""
    aside = directory.with_name("aside")
    directory.rename(aside)
    directory.write_text("")
    try:
        yield
    finally:
        directory.unlink()
        aside.rename(directory)


async def test_files_name_what_plays(desk: Desk) -> None:
    """One line each, without an end of line that OBS would show."""
    desk.pictures[TRACK.uri] = b"a jpeg"

    await desk.show(playing())

    assert desk.read() == {
        "title.txt": "Glass Harbour",
        "artist.txt": "Mara Lind, Otto",
        "album.txt": "Low Tide",
        "now.txt": "Glass Harbour by Mara Lind, Otto",
        "cover.jpg": "a jpeg",
    }


async def test_files_are_utf8(desk: Desk) -> None:
    """Whatever the machine's own encoding is."""
    await desk.show(playing(item=replace(TRACK, title="夜明け 🎵")))

    assert (desk.directory / "title.txt").read_bytes().decode("utf-8") == "夜明け 🎵"


@pytest.mark.parametrize(
    "over",
    [
        replace(playing(2), state=State.IDLE, as_of_s=None, position_ms=None, ended_at=1),
        replace(playing(2), health=Health.OFFLINE),
    ],
    ids=["idle", "offline"],
)
async def test_what_is_over_leaves_empty_files_and_no_cover(desk: Desk, over: Snapshot) -> None:
    """Only the idle line may still tell of it."""
    desk.pictures[TRACK.uri] = b"a jpeg"
    await desk.show(playing())

    await desk.show(over)

    assert desk.read() == {
        "title.txt": "",
        "artist.txt": "",
        "album.txt": "",
        "now.txt": "Last: Glass Harbour",
    }


async def test_files_stay_while_paused(desk: Desk) -> None:
    """A pause is not an end."""
    await desk.show(replace(playing(), state=State.PAUSED))

    assert desk.read()["title.txt"] == "Glass Harbour"


async def test_cover_comes_when_it_was_read(desk: Desk) -> None:
    """The texts do not wait for it."""
    await desk.show(playing(1))
    before = set(desk.read())
    desk.pictures[TRACK.uri] = b"a jpeg"
    await desk.show(playing(2))

    assert "cover.jpg" not in before
    assert desk.read()["cover.jpg"] == "a jpeg"


async def test_only_files_that_change_are_written(desk: Desk) -> None:
    """An SD card is not worn by confirmations, and OBS reloads nothing."""
    desk.pictures[TRACK.uri] = b"a jpeg"
    await desk.show(playing(1))
    before = desk.changed()

    await desk.show(playing(1, as_of_s=1_001.0))
    same = desk.changed()
    await desk.show(playing(2, item=replace(TRACK, title="Low Tide")))

    after = desk.changed()
    assert same == before
    assert {name for name in after if after[name] != before[name]} == {"title.txt", "now.txt"}


async def test_files_of_an_earlier_run_are_replaced(desk: Desk) -> None:
    """What was left behind does not stay on screen."""
    (desk.directory / "title.txt").write_text("Old")
    (desk.directory / "cover.jpg").write_text("Old")

    await desk.show(NOTHING)

    assert desk.read() == {"title.txt": "", "artist.txt": "", "album.txt": "", "now.txt": "Last:"}


async def test_a_link_that_lies_in_wait_leads_nowhere(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In a folder where others may write, too, no other file of the owner's is overwritten."""
    precious = tmp_path_factory.mktemp("elsewhere") / "precious"
    precious.write_text("precious")
    (desk.directory / ".title.txt.tonearm").symlink_to(precious)

    await desk.show(playing())

    assert desk.read()["title.txt"] == "Glass Harbour"
    assert precious.read_text() == "precious"


async def test_a_reader_keeps_the_file_it_opened(desk: Desk) -> None:
    """Each file is replaced whole; nobody ever reads half a title."""
    await desk.show(playing())

    with (desk.directory / "title.txt").open(encoding="utf-8") as opened:
        await desk.show(playing(2, item=replace(TRACK, title="Low Tide")))

        assert opened.read() == "Glass Harbour"


async def test_a_failing_disk_is_told_once_and_tried_again(desk: Desk) -> None:
    """With the newest by then, and a word when it works again."""
    with capture_logs() as logs:
        with broken(desk.directory):
            await desk.show(playing(1))
            for seq in range(2, 5):
                desk.files.publish(playing(seq, item=replace(TRACK, title=f"Number {seq}")))
                await desk.clock.advance(RETRY_S)
                await desk.settle()
        await desk.clock.advance(RETRY_S)
        await desk.settle()

    assert desk.read()["title.txt"] == "Number 4"
    assert [each["event"] for each in logs] == [
        "text_files_not_written",
        "text_files_written_again",
    ]


async def test_nothing_is_written_before_anything_is_known(desk: Desk) -> None:
    """The first moment of a start empties no screen."""
    await desk.settle()

    assert desk.read() == {}


async def test_trouble_names_the_folder_and_who_must_be_let_in(desk: Desk) -> None:
    """The owner reads what to mend, and in which setting."""
    with capture_logs() as logs, broken(desk.directory):
        await desk.show(playing())

    (told,) = logs
    assert told["log_level"] == "warning"
    assert told["directory"] == str(desk.directory)
    assert "text.directory" in told["advice"]
    assert f"user {os.geteuid()}" in told["advice"]


async def test_folder_is_made_if_need_be(tmp_path: Path) -> None:
    """At the start, and again when somebody took it away."""
    async with at_work(tmp_path / "obs" / "now") as desk:
        await desk.show(playing(1))
        first = desk.read()
        shutil.rmtree(tmp_path / "obs")
        await desk.show(playing(2, item=replace(TRACK, title="Low Tide")))

        assert first["title.txt"] == "Glass Harbour"
        assert desk.read() == first | {
            "title.txt": "Low Tide",
            "now.txt": "Low Tide by Mara Lind, Otto",
        }


async def test_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """No half file and no rest of one; with room again, the newest is written."""
    async with at_work(tmp_path) as desk:
        await desk.show(playing(1))
        with capture_logs() as logs:
            with full_disk():  # of this whole process: nothing may be printed meanwhile
                await desk.show(playing(2, item=replace(TRACK, title="Low Tide")))
                while_full = desk.read()
            await desk.clock.advance(RETRY_S)
            await desk.settle()

        assert while_full["title.txt"] == "Glass Harbour"
        assert not [name for name in while_full if name.startswith(".")]
        assert desk.read()["title.txt"] == "Low Tide"
        assert logs[0]["reason"] == "File too large"


async def test_other_users_may_read_the_files(desk: Desk) -> None:
    """The service keeps its own files to itself; these are for OBS."""
    before = os.umask(0o077)
    try:
        await desk.show(playing())
    finally:
        os.umask(before)

    assert set(desk.modes().values()) == {0o644}


async def test_files_are_written_where_their_mode_is_not_ours_to_set(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a stick with FAT or a share all files belong to whoever mounted it."""

    def refuse(_descriptor: int, _mode: int) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "fchmod", refuse)

    await desk.show(playing())

    assert desk.read()["title.txt"] == "Glass Harbour"
