"""Viewers of every kind, and a service for them: the real port on 127.0.0.1 under a fake clock."""

import asyncio
import contextlib
import fcntl
import json
import socket
import struct
import termios
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Self

from aiohttp import web
from fake_clock import FakeClock
from websockets.frames import Frame, Opcode

from tonearm.poller.playback import Art, Artist, Health, Item, Kind, Linked, Snapshot, State
from tonearm.server.door.front import Listening, listen
from tonearm.server.door.guard import Limits
from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.hub import CLOSE_GRACE_S, Hub
from tonearm.server.feed.viewer import NOWHERE, Outlet
from tonearm.server.public.http import application
from tonearm.server.public.pages import Pages

NO_PAGES = Pages(all=(), card_path=None, card_integrity=None)

HANDSHAKE = (
    b"GET /v1/ws HTTP/1.1\r\nHost: tonearm\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

TRACK = Item(
    kind=Kind.TRACK,
    uri="spotify:track:4iV5W9uYEdYUVa79Axb7Rh",
    title="Glass Harbour",
    byline="Mara Lind, Otto",
    artists=(
        Artist(name="Mara Lind", url="https://open.spotify.com/artist/1"),
        Artist(name="Otto"),
    ),
    album=Linked(name="Low Tide", url="https://open.spotify.com/album/2"),
    show=None,
    url="https://open.spotify.com/track/4iV5W9uYEdYUVa79Axb7Rh",
    duration_ms=211_000,
    explicit=False,
    art=(Art(url="https://i.scdn.co/image/3", width=640, height=640),),
)


def playing(seq: int = 1, *, item: Item = TRACK, as_of_s: float = 1_000.0) -> Snapshot:
    """Return a snapshot of ``item`` playing since ``as_of_s`` at one minute."""
    return Snapshot(
        epoch="k3f9",
        seq=seq,
        state=State.PLAYING,
        health=Health.OK,
        as_of_s=as_of_s,
        position_ms=60_000,
        item=item,
    )


def unsent_bytes(descriptor: int) -> int:
    """Return what the kernel keeps of a socket until it is acknowledged."""
    return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\0" * 4))[0])


class PaperViewer:
    """A viewer without a connection, which keeps what it was given."""

    def __init__(self, encoding: Encoding = Encoding.WEBSOCKET) -> None:
        self.place = NOWHERE
        self.sent = 0
        self.encoding = encoding
        self.outlet: Outlet | None = None
        self.frames: list[bytes] = []
        self.was_closed = False
        self.was_aborted = False
        self.on_write: Callable[[], None] = lambda: None

    def write(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.on_write()

    def close(self) -> None:
        self.was_closed = True

    def abort(self) -> None:
        self.was_aborted = True

    def seqs(self) -> list[int]:
        """Return the ``seq`` of each state it was given."""
        found = [frame[frame.index(b"{") :] for frame in self.frames if b'"state"' in frame]
        return [json.loads(each)["seq"] for each in found]


class RawCaller:
    """A TCP connection that says exactly what the test wants, down to the byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(
        cls, listening: Listening, *, buffer_bytes: int = 1 << 16, source: str = "127.0.0.1"
    ) -> AsyncIterator[Self]:
        """Connect from the loopback address ``source``.

        A small ``buffer_bytes`` makes a caller that soon stops taking anything in.
        """
        sock = socket.socket()
        sock.setblocking(False)
        sock.bind((source, 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        await asyncio.get_running_loop().sock_connect(sock, listening.addresses[0])
        reader, writer = await asyncio.open_connection(sock=sock, limit=buffer_bytes)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    @property
    def socket(self) -> socket.socket:
        """Its socket, for what only the kernel can do."""
        view = self._writer.get_extra_info("socket")
        return view._sock  # type: ignore[no-any-return]

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def send_frame(self, opcode: Opcode, payload: bytes, *, fin: bool = True) -> None:
        """Send one masked WebSocket frame."""
        await self.send(Frame(opcode, payload, fin).serialize(mask=True))

    async def head(self) -> tuple[int, dict[str, str]]:
        """Read an answer's status and headers (names in lower case)."""
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): text for name, text in headers.items()}

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Read a whole answer that has a Content-Length."""
        status, headers = await self.head()
        return status, headers, await self._reader.readexactly(int(headers["content-length"]))

    async def upgrade(self) -> None:
        """Become a WebSocket."""
        await self.send(HANDSHAKE)
        status, _ = await self.head()
        assert status == 101

    async def frame(self) -> tuple[int, bytes]:
        """Read one unmasked WebSocket frame: its opcode and its payload."""
        first, length = await self._reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self._reader.readexactly(2), "big")
        return first & 0x0F, await self._reader.readexactly(length)

    async def state(self) -> dict[str, Any]:
        """Read one WebSocket frame, which must be a text, as JSON."""
        opcode, payload = await self.frame()
        assert opcode == Opcode.TEXT
        return dict(json.loads(payload))

    async def close_code(self) -> int:
        """Read frames until the close frame and return its code."""
        while True:
            opcode, payload = await self.frame()
            if opcode == Opcode.CLOSE:
                return int.from_bytes(payload[:2], "big")

    async def event(self) -> dict[str, str]:
        """Read one server-sent event, field by field."""
        text = (await self._reader.readuntil(b"\n\n")).decode("utf-8")
        return dict(line.split(": ", 1) for line in text.splitlines() if line)

    def reset(self) -> None:
        """Hang up without a good-bye, not caring for what is under way."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def rest(self) -> bytes:
        """Read until the other end closes; a reset counts as closed."""
        try:
            return await self._reader.read()
        except ConnectionResetError:
            return b""


class Service:
    """A hub behind the real port, under a clock that stands still unless another is given."""

    def __init__(self, *, max_connections: int = 1_000, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.arrivals = 0
        self.hub = Hub(
            self.clock,
            on_arrival=self._note_arrival,
            max_connections=max_connections,
        )

    def _note_arrival(self) -> None:
        self.arrivals += 1

    @contextlib.asynccontextmanager
    async def open(
        self,
        *,
        pages: Pages = NO_PAGES,
        extra_routes: Iterable[web.AbstractRouteDef] = (),
        limits: Limits = Limits(),  # noqa: B008  (a frozen value)
    ) -> AsyncIterator[Listening]:
        app = application(
            self.hub,
            pages=pages,
            clock=self.clock,
            jitter=lambda: 0.5,
            extra_routes=extra_routes,
        )
        async with listen(app, "127.0.0.1", 0, clock=self.clock, limits=limits) as listening:
            running = asyncio.create_task(self.hub.run())
            try:
                yield listening
            finally:
                await self.stop()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def until_audience_is(self, count: int) -> None:
        """Let the loop run until ``count`` watch."""
        await self.until(lambda: self.hub.audience() == count)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let the loop run until something is so; the limit only turns a hang into a failure."""
        async with asyncio.timeout(10):
            while not is_so():
                await self.clock.settle()

    async def stop(self) -> None:
        """Close the hub, letting the grace pass for those who do not say good-bye."""
        closing = asyncio.create_task(self.hub.close())
        await self.clock.advance(CLOSE_GRACE_S)
        await closing
