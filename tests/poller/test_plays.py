"""The last published item outlives the process, and nothing else does."""

from pathlib import Path

from fake_clock import FakeClock

from tonearm.poller.database import open_database
from tonearm.poller.incognito import begun
from tonearm.poller.playback import Item, Kind
from tonearm.poller.plays import LAYOUT, Plays, open_plays
from tonearm.poller.publish import LastPlayed
from tonearm.poller.state_directory import StateDirectory

ITEM = Item(
    kind=Kind.TRACK,
    uri="spotify:track:0000000000000000000001",
    title="Night Bus “Home” 🎧",
    byline="Somebody",
    artists=(),
    album=None,
    show=None,
    url=None,
    duration_ms=200_000,
    explicit=False,
    art=(),
)
LAST = LastPlayed(item=ITEM, ended_at=1_795_000_000_000)


async def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    """Letter by letter."""
    with StateDirectory(tmp_path / "state") as directory:
        async with open_plays(directory, clock=FakeClock()) as plays:
            await plays.keep(LAST)

        async with open_plays(directory, clock=FakeClock()) as plays:
            assert await plays.last_played() == LAST


async def test_nothing_is_there_at_first_and_after_it_was_cleared(tmp_path: Path) -> None:
    """A logout leaves no trace of what was played."""
    with StateDirectory(tmp_path / "state") as directory:
        async with open_plays(directory, clock=FakeClock()) as plays:
            assert await plays.last_played() is None
            await plays.keep(LAST)

            await plays.clear()

            assert await plays.last_played() is None
        kept = b"".join(path.read_bytes() for path in directory.path.glob("plays.db*"))

    assert b"Night Bus" not in kept


async def test_a_logout_that_was_cut_short_is_no_damage(tmp_path: Path) -> None:
    """Between the two writes of a logout the row is blank, and what is hidden stays hidden."""
    incognito = begun(60, now_s=10, now_at=1_795_000_000_000, boot_id="boot-1")
    with StateDirectory(tmp_path / "state") as directory:
        async with open_database(directory, LAYOUT, clock=FakeClock()) as database:
            plays = Plays(database)
            await plays.keep(LAST)
            await plays.keep_incognito(incognito)
            await database.write("UPDATE last_played SET play = 'null'")

        async with open_plays(directory, clock=FakeClock()) as plays:
            assert await plays.last_played() is None
            assert await plays.incognito() == incognito


async def test_the_incognito_is_there_after_a_restart_and_after_a_logout(tmp_path: Path) -> None:
    """Forgetting what was played does not show what is."""
    incognito = begun(60, now_s=10, now_at=1_795_000_000_000, boot_id="boot-1")
    with StateDirectory(tmp_path / "state") as directory:
        async with open_plays(directory, clock=FakeClock()) as plays:
            assert await plays.incognito() is None
            await plays.keep_incognito(incognito)

        async with open_plays(directory, clock=FakeClock()) as plays:
            await plays.clear()
            assert await plays.incognito() == incognito


async def test_a_damaged_file_is_set_aside_and_the_service_starts(tmp_path: Path) -> None:
    """A line on a card is no reason not to start, and nothing is deleted."""
    with StateDirectory(tmp_path / "state") as directory:
        async with open_plays(directory, clock=FakeClock()) as plays:
            await plays.keep(LAST)
        file = directory.path / LAYOUT.file_name
        damaged = file.read_bytes().replace(b'"ended_at"', b'"ended_by"')
        file.write_bytes(damaged)

        async with open_plays(directory, clock=FakeClock()) as plays:
            assert await plays.last_played() is None
            await plays.keep(LAST)

        asides = list(directory.path.glob("plays.db.*Z"))

    assert [aside.read_bytes() for aside in asides] == [damaged]
