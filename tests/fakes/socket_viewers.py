"""Viewers at the far end of real sockets, which read when they like and check what they read."""

import asyncio
import contextlib
import json
import socket
from typing import Self

from viewers import Service
from websockets.frames import Frame, Opcode

from tonearm.server.feed.connection import Connection
from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.events import EventsDialect
from tonearm.server.feed.socket import WebSocketDialect

# Little more than a large frame, so that the kernel often takes only the beginning of one.
_SEND_BUFFER_BYTES = 4608
_RECEIVE_BUFFER_BYTES = 8192


class SocketViewer:
    """A viewer that joined a service's hub over a real connection.

    Whoever is given half a frame, an older state or the same one again fails its test.
    """

    def __init__(self, peer: socket.socket, encoding: Encoding) -> None:
        self._peer = peer
        self._encoding = encoding
        self._unread = b""
        self.is_awake = True
        self.is_there = True
        self.seq = 0
        self.beats = 0

    @classmethod
    async def join(cls, service: Service, encoding: Encoding) -> Self:
        """Connect, past the handshake."""
        ours, theirs = _connected()
        dialect = WebSocketDialect() if encoding is Encoding.WEBSOCKET else EventsDialect()
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: Connection(service.hub, service.clock, dialect, head=b""), ours
        )
        return cls(theirs, encoding)

    def read(self) -> None:
        """Take in all that has come, if awake, and check it."""
        while self.is_awake and self.is_there:
            try:
                data = self._peer.recv(1 << 16)
            except BlockingIOError:
                return
            except ConnectionResetError:
                data = b""
            if not data:
                self.leave()
                return
            self._unread += data
            while (payload := self._payload()) is not None:
                self._take(payload)

    def ping(self) -> None:
        """Have the connection answered in the middle of everything."""
        self._say(Frame(Opcode.PING, b"there?").serialize(mask=True))

    def part(self) -> None:
        """Begin a closing handshake."""
        self._say(Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))

    def leave(self) -> None:
        """Be gone, without a word."""
        self.is_there = False
        self._peer.close()

    def _say(self, data: bytes) -> None:
        if self.is_there and self._encoding is Encoding.WEBSOCKET:
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                self._peer.send(data)

    def _payload(self) -> bytes | None:
        """Cut the next message off what has come; None if it is not all there."""
        if self._encoding is Encoding.SSE:
            event, end, rest = self._unread.partition(b"\n\n")
            if not end:
                return None
            self._unread = rest
            assert event.startswith((b"id: k3f9-", b"event: beat\n")), event
            return event[event.index(b"data: ") + 6 :]
        if len(self._unread) < 4:
            return None
        opcode, length = self._unread[0], self._unread[1]
        assert opcode in (0x81, 0x88, 0x8A), f"not the beginning of a frame: {self._unread[:20]!r}"
        start = 2
        if length == 126:
            start, length = 4, int.from_bytes(self._unread[2:4], "big")
        if len(self._unread) < start + length:
            return None
        payload = self._unread[start : start + length]
        self._unread = self._unread[start + length :]
        return payload if opcode == 0x81 else b""

    def _take(self, payload: bytes) -> None:
        if not payload:  # a pong, or a good-bye
            return
        frame = json.loads(payload)
        if frame["type"] == "beat":
            self.beats += 1
        else:
            assert frame["seq"] > self.seq, f"{frame['seq']} after {self.seq}"
            self.seq = frame["seq"]


def _connected() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a TCP connection with small buffers."""
    theirs = socket.socket()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs.connect(listener.getsockname())
        ours, _ = listener.accept()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    for sock in (ours, theirs):
        sock.setblocking(False)
    return ours, theirs
