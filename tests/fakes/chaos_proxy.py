"""A line to a server that can go bad at any byte: slow, cut, reset, or silent for ever.

It carries bytes and knows no protocol. What goes wrong is set while it runs and holds for the
connections that are open as well as for new ones.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from yarl import URL

from tonearm.poller.clock import SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """What happens to answers; the rest of the world is as it was.

    ``delay_s`` before each piece, ``bytes_per_s`` at most; after ``good_bytes`` the connection is
    closed, or is reset, or neither end ever hears of the other again.
    """

    delay_s: float = 0.0
    bytes_per_s: float | None = None
    good_bytes: int | None = None
    is_reset: bool = False
    is_silent: bool = False


GOOD = Chaos()


class ChaosProxy:
    """A port on 127.0.0.1 that leads to ``target``; ``opened`` counts its connections."""

    def __init__(self, target: str) -> None:
        self._target = URL(target)
        self._clock = SystemClock()
        self._running: set[asyncio.Task[None]] = set()
        self._chaos = GOOD
        self._passed = 0
        self.opened = 0

    def become(self, chaos: Chaos) -> None:
        """Go bad, or well again, from the next byte of an answer on."""
        self._chaos, self._passed = chaos, 0

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Yield the address to use in place of the target's."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in self._running:
                task.cancel()
            if self._running:
                await asyncio.wait(self._running)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self.opened += 1
        try:
            there, back = await asyncio.open_connection(self._target.host, self._target.port)
            # Whichever end is done first, the connection is.
            pumps = {
                asyncio.create_task(self._ask(reader, back), name="questions"),
                asyncio.create_task(self._answer(there, writer), name="answers"),
            }
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.wait(pumps)
                back.close()
        except asyncio.CancelledError:
            pass  # the test is over; asyncio.start_server would log it
        finally:
            writer.close()
            self._running.discard(task)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                if not (self._chaos.is_silent and self._is_over()):
                    writer.write(piece)
                    await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                for part in self._parts(piece):
                    await self._wait(len(part))
                    writer.write(part)
                    await writer.drain()
                    self._passed += len(part)
                if self._is_over() and not self._chaos.is_silent:
                    self._break_off(writer)
                    return

    def _parts(self, piece: bytes) -> list[bytes]:
        if self._chaos.good_bytes is not None:
            piece = piece[: max(0, self._chaos.good_bytes - self._passed)]
        if self._chaos.bytes_per_s is not None:
            return [piece[place : place + 1] for place in range(len(piece))]
        return [piece] if piece else []

    async def _wait(self, size: int) -> None:
        if self._chaos.bytes_per_s is not None:
            await self._clock.sleep(size / self._chaos.bytes_per_s)
        if self._chaos.delay_s:
            await self._clock.sleep(self._chaos.delay_s)

    def _is_over(self) -> bool:
        return self._chaos.good_bytes is not None and self._passed >= self._chaos.good_bytes

    def _break_off(self, writer: asyncio.StreamWriter) -> None:
        if self._chaos.is_reset:  # closing a socket that must not linger sends RST
            plug = writer.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
