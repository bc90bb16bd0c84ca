"""Hints: who may give them, what is answered, and that they stay what they are."""

import asyncio
import contextlib
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from fake_clock import FakeClock
from unprivileged import unprivileged

from tonearm.poller.secret import Secret
from tonearm.server.door import front
from tonearm.server.feed.hub import Hub
from tonearm.server.owner import hint_client, hints
from tonearm.server.owner.hints import BURST, MOST_CALLERS, Doorbell
from tonearm.server.public import http
from tonearm.server.public.pages import Pages

TOKEN = "0123456789abcdef0123456789abcdef"
DENIED = {"Access-Control-Allow-Origin", "Access-Control-Allow-Methods"}


class Rung:
    """A doorbell on a clock that stands still, and how often it was heard."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.count = 0
        self.bell = Doorbell(self.clock, self._ring)

    def _ring(self) -> None:
        self.count += 1


@pytest.fixture
def rung() -> Rung:
    """Return a doorbell that counts."""
    return Rung()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that all users may enter, as systemd's runtime directory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def left(folder: Path) -> list[Path]:
    """Return what is in ``folder``."""
    return list(folder.iterdir())


def close(folder: Path, *, mode: int = 0) -> None:
    """Let nobody into ``folder``, not even who made it."""
    folder.chmod(mode)


async def say(path: Path, said: bytes) -> bytes:
    """Say something to ``hint.sock`` and hang up; return the answer."""
    incoming, outgoing = await asyncio.open_unix_connection(path)
    try:
        outgoing.write(said)
        outgoing.write_eof()
        return await incoming.read()
    finally:
        outgoing.close()
        with contextlib.suppress(ConnectionError):
            await outgoing.wait_closed()


async def test_any_user_may_say_look(folder: Path, rung: Rung) -> None:
    """The player often runs as a user of its own, who may not read the control socket."""

    def other_user() -> str:
        with unprivileged():
            return hint_client.send([folder / "nowhere" / "control.sock", folder / "control.sock"])

    async with hints.listen(rung.bell, folder / "control.sock") as path:
        said = await asyncio.to_thread(other_user)

        assert stat.S_IMODE(path.stat().st_mode) == 0o666
    assert (said, rung.count) == ("ok", 1)
    assert left(folder) == []


@pytest.mark.parametrize("said", [b"look", b"look\n", b"look\r\n", b" look \nlook\nlook\n"])
async def test_one_line_is_one_hint(folder: Path, rung: Rung, said: bytes) -> None:
    """However the shell ends its lines."""
    async with hints.listen(rung.bell, folder / "control.sock") as path:
        assert await say(path, said) == b"ok\n"

    assert rung.count == 1


@pytest.mark.parametrize(
    "said", [b"", b"\n", b"play\n", b'{"title": "x"}', b"look at this\n", b"\xff" * 10_000]
)
async def test_anything_else_is_no_hint(folder: Path, rung: Rung, said: bytes) -> None:
    """Nothing but the wish to look is ever taken."""
    async with hints.listen(rung.bell, folder / "control.sock") as path:
        with contextlib.suppress(ConnectionError):  # it hangs up on a megabyte
            assert await say(path, said) in (b"say: look\n", b"")

    assert rung.count == 0


async def test_a_flood_is_told_to_come_later(folder: Path, rung: Rung) -> None:
    """A script that has gone mad costs nothing; a moment later hints are heard again."""
    async with hints.listen(rung.bell, folder / "control.sock") as path:
        answers = [await say(path, b"look\n") for _ in range(BURST + 5)]
        await rung.clock.advance(3)
        after = await say(path, b"look\n")

    assert answers == [b"ok\n"] * BURST + [b"later\n"] * 5
    assert after == b"ok\n"
    assert rung.count == BURST + 1


async def test_a_silent_caller_is_hung_up_on(folder: Path, rung: Rung) -> None:
    """Nobody holds a descriptor of the service for long."""
    async with hints.listen(rung.bell, folder / "control.sock", deadline_s=0.05) as path:
        incoming, outgoing = await asyncio.open_unix_connection(path)
        outgoing.write(b"lo")
        with contextlib.suppress(ConnectionError):
            assert await incoming.read() == b""
        outgoing.close()

    assert rung.count == 0


async def test_only_so_many_may_call_at_once(folder: Path, rung: Rung) -> None:
    """The one too many is hung up on; the others are not harmed."""
    async with hints.listen(rung.bell, folder / "control.sock") as path:
        calls = [await asyncio.open_unix_connection(path) for _ in range(MOST_CALLERS)]
        for _, outgoing in calls:
            outgoing.write(b"l")
        with contextlib.suppress(ConnectionError):
            assert await say(path, b"look\n") == b""
        _, first = calls[0]
        first.write(b"ook\n")
        assert await calls[0][0].read() == b"ok\n"
        for _, outgoing in calls:
            outgoing.close()

    assert rung.count == 1


def test_the_sentence_says_what_to_start_when_no_service_runs(tmp_path: Path) -> None:
    """And it comes at once."""
    with pytest.raises(hint_client.NobodyHeard, match="tonearm run"):
        hint_client.send([tmp_path / "control.sock"])


def test_the_sentence_says_what_to_do_when_the_service_hangs(folder: Path) -> None:
    """Whoever is told that none runs would start a second one."""
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(folder / "hint.sock"))
        hanging.listen()

        with pytest.raises(hint_client.NobodyHeard, match="does not answer: restart it"):
            hint_client.send([folder / "control.sock"], patience_s=0.05)


async def test_the_sentence_names_the_socket_when_another_user_may_not_reach_it(
    folder: Path, rung: Rung
) -> None:
    """In a state directory nobody else may enter."""
    async with hints.listen(rung.bell, folder / "control.sock"):
        close(folder)
        with pytest.raises(hint_client.NobodyHeard, match="may not reach"), unprivileged():
            hint_client.send([folder / "control.sock"])
        close(folder, mode=0o700)


# From another machine.


@contextlib.asynccontextmanager
async def port(rung: Rung, token: Secret | None) -> AsyncIterator[str]:
    """Serve the public port with this token."""
    app = http.application(
        Hub(rung.clock, on_arrival=lambda: None, max_connections=1),
        pages=Pages.load(),
        clock=rung.clock,
        jitter=lambda: 0.0,
        extra_routes=hints.hint_routes(rung.bell, token),
    )
    async with front.listen(app, "127.0.0.1", 0, clock=rung.clock) as listening:
        yield f"{listening.url}{hints.PATH}"


async def test_the_token_opens_the_door(rung: Rung) -> None:
    """202: it was heard, and what comes of it is seen in the feed."""
    async with port(rung, Secret(TOKEN)) as url, aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        async with session.post(url, headers=bearer, data=b"ignored") as answer:
            assert answer.status == 202
            assert not DENIED & set(answer.headers)

    assert rung.count == 1


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}0", TOKEN, "Bearer \xfc"]
)
async def test_without_the_token_nothing_happens(rung: Rung, header: str | None) -> None:
    """401, and no page of anybody's may try."""
    async with port(rung, Secret(TOKEN)) as url, aiohttp.ClientSession() as session:
        headers = {} if header is None else {"Authorization": header}
        async with session.post(url, headers=headers) as answer:
            said = await answer.text()
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert not DENIED & set(answer.headers)

    assert rung.count == 0
    assert TOKEN not in said


async def test_too_many_hints_are_refused(rung: Rung) -> None:
    """429: what a token may do is little."""
    async with port(rung, Secret(TOKEN)) as url, aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        for _ in range(BURST):
            async with session.post(url, headers=bearer) as answer:
                assert answer.status == 202
        async with session.post(url, headers=bearer) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "1")

    assert rung.count == BURST


async def test_there_is_no_such_address_without_a_token(rung: Rung) -> None:
    """What is not turned on does not exist."""
    async with (
        port(rung, None) as url,
        aiohttp.ClientSession() as session,
        session.post(url) as answer,
    ):
        assert answer.status == 404
