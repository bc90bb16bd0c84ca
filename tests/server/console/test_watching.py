"""`tonearm watch`: what it prints in a pipe, when it comes back, and when it gives up."""

import asyncio
import io
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from dead_router import dead_router
from fake_clock import FakeClock
from stage import Stage, snapshot, track

from tonearm.server.console.watching import CannotWatch, Watching, feed_address, wait_s
from tonearm.server.ink import Ink
from tonearm.server.owner.control_client import NotRunning

PATIENCE_S = 10.0


class Paper(io.StringIO):
    """An output that tells when something is printed on it."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self._is_terminal = is_terminal
        self._printed = asyncio.Event()

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, text: str) -> int:
        self._printed.set()
        return super().write(text)

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()

    async def shows(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.getvalue():
                self._printed.clear()
                await self._printed.wait()


@asynccontextmanager
async def watching(
    find: Callable[[], Awaitable[str]], paper: Paper, clock: FakeClock
) -> AsyncIterator[asyncio.Task[None]]:
    """Watch in a task of its own."""
    watch = Watching(
        find=find,
        stdout=paper,
        ink=Ink(),
        clock=clock,
        chance=lambda: 0.5,
        is_live=paper.isatty(),
    )
    task = asyncio.create_task(watch.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


def at(stage: Stage) -> Callable[[], Awaitable[str]]:
    """Return what finds the service."""

    async def find() -> str:
        return stage.origin

    return find


async def slept(clock: FakeClock, stage: Stage, opened: int) -> None:
    """Let time pass until the viewer has come for the ``opened``-th time."""
    async with asyncio.timeout(PATIENCE_S):
        while stage.opened < opened:
            await clock.advance(0.1)


async def test_a_pipe_gets_one_line_per_change() -> None:
    """Repeats, seeks and beats are no change."""
    paper = Paper()
    async with (
        Stage(frame=json.dumps(snapshot())) as stage,
        watching(at(stage), paper, FakeClock()),
    ):
        await paper.shows("Paper Lanterns")
        await stage.play(snapshot(seq=2, position_ms=90_000))
        await stage.play({"v": 1, "type": "beat", "now": 1})
        await stage.play("{not json")
        await stage.play({"v": 2, "type": "novelty"})
        await stage.play(snapshot("paused", seq=3, item=track(title="Other Side")))
        await paper.shows("Other Side")

    assert paper.lines == [
        "playing: Paper Lanterns - Nova Halden",
        "paused: Other Side - Nova Halden",
    ]


async def test_a_terminal_gets_a_line_that_moves_on_each_second() -> None:
    """Drawn over the one before; Ctrl-C leaves it there and ends the line."""
    paper, clock = Paper(is_terminal=True), FakeClock()
    async with (
        Stage(frame=json.dumps(snapshot())) as stage,
        watching(at(stage), paper, clock),
    ):
        await paper.shows("1:02 / 3:31")
        await clock.advance(3)
        await paper.shows("1:05 / 3:31")

    assert "\n" not in paper.getvalue()[:-1]
    assert paper.getvalue().endswith("\n")


@pytest.mark.parametrize("code", [1012, 1001, 1011])
async def test_it_comes_back_when_the_service_restarts(code: int) -> None:
    """And shows what is played by then, wherever the service is by then."""
    paper, clock = Paper(), FakeClock()
    async with (
        Stage(frame=json.dumps(snapshot())) as stage,
        watching(at(stage), paper, clock),
    ):
        await paper.shows("Paper Lanterns")
        stage.frame = json.dumps(snapshot(item=track(title="After")))
        await stage.close(code)
        await slept(clock, stage, 2)
        await paper.shows("After")


async def test_a_terminal_says_so_while_the_service_is_away() -> None:
    """The line does not pretend to know."""
    paper, clock = Paper(is_terminal=True), FakeClock()
    async with (
        Stage(frame=json.dumps(snapshot())) as stage,
        watching(at(stage), paper, clock),
    ):
        await paper.shows("Paper Lanterns")
        stage.refuses.add("ws")
        await stage.close(1012)

        await paper.shows("connecting")


async def test_it_stays_away_when_it_is_told_to() -> None:
    """Codes from 4400 to 4499 mean: do not come back."""
    paper = Paper()
    async with (
        Stage(frame=json.dumps(snapshot())) as stage,
        watching(at(stage), paper, FakeClock()) as task,
    ):
        await paper.shows("Paper Lanterns")
        await stage.close(4403)

        with pytest.raises(CannotWatch, match="does not want"):
            await asyncio.wait_for(task, PATIENCE_S)


async def test_it_gives_up_at_once_when_there_is_no_service_to_begin_with() -> None:
    """A typing error is not waited for."""

    async def nowhere() -> str:
        raise NotRunning("No service is running.")

    async with watching(nowhere, Paper(), FakeClock()) as task:
        with pytest.raises(NotRunning):
            await asyncio.wait_for(task, PATIENCE_S)


async def test_it_says_what_is_wrong_with_an_address() -> None:
    """Nobody there, or somebody else."""

    async def closed() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{probe.getsockname()[1]}"

    async with watching(closed, Paper(), FakeClock()) as task:
        with pytest.raises(CannotWatch, match="cannot be reached"):
            await asyncio.wait_for(task, PATIENCE_S)

    async with (
        Stage(refuses={"ws"}) as stage,
        watching(at(stage), Paper(), FakeClock()) as task,
    ):
        with pytest.raises(CannotWatch, match="status 503"):
            await asyncio.wait_for(task, PATIENCE_S)

    async with Stage() as stage:

        async def encrypted() -> str:
            return stage.origin.replace("http", "https")

        async with watching(encrypted, Paper(), FakeClock()) as task:
            with pytest.raises(CannotWatch, match="does not speak https"):
                await asyncio.wait_for(task, PATIENCE_S)


async def test_ctrl_c_does_not_wait_for_a_name() -> None:
    """Behind a dead router the C library looks for it half a minute; Python waits for threads."""

    async def somewhere() -> str:
        asked.set()
        return "http://music.example.org"

    asked, before = asyncio.Event(), set(threading.enumerate())
    with dead_router():
        async with watching(somewhere, Paper(), FakeClock()) as task:
            await asked.wait()
            looking = set(threading.enumerate()) - before
            task.cancel()
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.wait({task})

    assert task.cancelled()
    assert [thread.daemon for thread in looking] == [True]


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        ("http://127.0.0.1:3345", "ws://127.0.0.1:3345/v1/ws"),
        ("https://music.example.org/", "wss://music.example.org/v1/ws"),
        ("https://example.org/music?x=1#y", "wss://example.org/music/v1/ws"),
        ("ws://[::1]:3345", "ws://[::1]:3345/v1/ws"),
    ],
)
def test_the_feed_is_found_by_the_address_of_the_page(url: str, feed: str) -> None:
    """One address to remember."""
    assert feed_address(url) == feed


@pytest.mark.parametrize("url", ["music.example.org", "ftp://example.org", "https://", "", "::"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is tried."""
    with pytest.raises(CannotWatch, match="http or https"):
        feed_address(url)


def test_waits_grow_and_are_spread() -> None:
    """Ten thousand viewers must not all come back in the same second."""
    assert wait_s(0, is_restart=True, chance=0.5) == 5
    assert [wait_s(n, is_restart=False, chance=1) for n in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert wait_s(3, is_restart=True, chance=0.25) == 2
