"""The processes that a measurement needs beside the service, and how to talk to them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from installed import close_pipes
from meters import cores, started_on

PATIENCE_S: Final = 60.0
IN_FLIGHT: Final = 500
"""How many of a crowd may be on their way in at once."""
UPGRADED: Final = ""
"""In as soon as the handshake is done."""
SNAPSHOT: Final = '"type":"state"'
HERE: Final = Path(__file__).parent
_LINE_LIMIT_BYTES: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Child:
    """A process that speaks in lines."""

    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid

    async def line(self) -> str:
        """Return its next line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self.process.stdout.readline()
        assert line, f"process {self.pid} ended early"
        return line.decode().rstrip("\n")

    async def rest(self) -> str:
        """End its standard input and return all that it says until it ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await self.process.communicate()
        assert self.process.returncode == 0, f"process {self.pid} failed"
        return said.decode()

    async def tell(self, line: str) -> None:
        """Give it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()


def ours(name: str, *arguments: str) -> tuple[str, ...]:
    """Return what Python is told to run one of ``processes/``."""
    return ("-m", f"processes.{name}", *arguments)


@asynccontextmanager
async def child(*arguments: str, core: int, program: str = sys.executable) -> AsyncIterator[Child]:
    """Run a process on one core, of Python unless told otherwise; it is killed at the end."""
    with started_on(core):
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT_BYTES,
            cwd=HERE,
        )
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        close_pipes(process)


@dataclass(frozen=True, slots=True)
class Sender:
    """A server that does nothing but send what it is told to everybody."""

    child: Child
    port: int

    async def send(self, payload: str) -> float:
        """Let it send ``payload``; return the instant it began."""
        await self.child.tell(payload)
        return float(await self.child.line())


@asynccontextmanager
async def sender(*arguments: str, program: str = sys.executable) -> AsyncIterator[Sender]:
    """Run such a server on the core of what is measured."""
    async with child(*arguments, core=cores()[0], program=program) as started:
        yield Sender(started, int(await started.line()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """When each viewer had a frame, and how long each ping took that was sent meanwhile.

    ``lost`` is how many have been sent away so far.
    """

    received_s: tuple[float, ...]
    answered_s: tuple[float, ...]
    lost: int


@dataclass(frozen=True, slots=True)
class Farewell:
    """How one viewer was sent away: with which close code, if any, and when it was gone."""

    code: int | None
    gone_s: float


class Crowd:
    """Viewers of one server, in a process of their own. All joined within ``joined_s``."""

    def __init__(self, started: Child, joined_s: float) -> None:
        self._child = started
        self.joined_s = joined_s

    async def watch(self, mark: str, *, naps: bool = False, pings: bool = False) -> None:
        """Let them wait for a frame with ``mark`` in it; they do when this returns."""
        await self._begin({"do": "watch", "mark": mark, "naps": naps, "pings": pings})

    async def told(self) -> Told:
        """Wait until all of them have it."""
        said: dict[str, Any] = json.loads(await self._child.line())
        return Told(
            received_s=tuple(said["received_s"]),
            answered_s=tuple(said["answered_s"]),
            lost=said["lost"],
        )

    async def part(self) -> None:
        """Let them wait for being sent away; they do when this returns."""
        await self._begin({"do": "part"})

    async def parted(self) -> list[Farewell]:
        """Wait until all of them are gone."""
        said: dict[str, Any] = json.loads(await self._child.line())
        return [Farewell(code, gone_s) for code, gone_s in said["gone"]]

    async def _begin(self, order: dict[str, Any]) -> None:
        await self._child.tell(json.dumps(order))
        assert await self._child.line() == '"watching"'


@asynccontextmanager
async def crowd(
    port: int, count: int, *, joined: str, language: str = "websocket"
) -> AsyncIterator[Crowd]:
    """Bring ``count`` viewers to a server; each is in when it was sent ``joined``.

    ``language`` is one of ``LANGUAGES`` in ``processes/wire.py``.
    """
    command = ours("crowd", str(port), str(count), str(IN_FLIGHT), language, joined)
    async with child(*command, core=cores()[1]) as started:
        yield Crowd(started, float(await started.line()))
