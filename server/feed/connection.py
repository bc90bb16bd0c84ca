"""A viewer's connection: the one place between the hub and a transport, for every language.

It tells the hub when the transport is full, drained, ending or gone, and keeps an account of what
the viewer sends. What the bytes mean, and how one says good-bye, is the dialect's business.
"""

import asyncio
from typing import Final, Protocol

from tonearm.poller.clock import Clock

from .edition import Encoding
from .hub import Hub
from .viewer import NOWHERE, Outlet

_ALLOWANCE_BYTES: Final = 4 * 1024
_ALLOWANCE_BYTES_PER_S: Final = 256


class Dialect(Protocol):
    """What a viewer speaks."""

    @property
    def encoding(self) -> Encoding: ...

    @property
    def is_open(self) -> bool:
        """Whether snapshots may still be sent."""

    def hear(self, data: bytes, transport: asyncio.Transport) -> None:
        """Take in what the viewer said, and write what is to be said to that."""

    def hear_end(self, transport: asyncio.Transport) -> None:
        """Take in that the viewer will say no more; its connection closes after that."""

    def part(self, transport: asyncio.Transport) -> None:
        """Say good-bye."""

    def release(self) -> None:
        """Let go of everything; the connection is gone."""


class Connection(asyncio.Protocol):
    """A viewer at the other end of a transport. ``head`` goes before its first snapshot.

    While it is on the hub's roster, its transport is open and holds nothing back: with the limits
    set here a transport says when that ends, from within the very call that ends it.
    """

    __slots__ = (
        "_allowance",
        "_clock",
        "_dialect",
        "_head",
        "_hub",
        "_transport",
        "place",
        "sent",
    )

    def __init__(self, hub: Hub, clock: Clock, dialect: Dialect, *, head: bytes) -> None:
        self._hub = hub
        self._clock = clock
        self._dialect = dialect
        self._head = head
        self._allowance: Allowance | None = None  # few ever say anything
        self.place = NOWHERE
        self.sent = 0

    @property
    def encoding(self) -> Encoding:
        return self._dialect.encoding

    @property
    def outlet(self) -> Outlet | None:
        if self._is_tls:
            return None
        # asyncio hides the socket behind a view that cannot send. Another loop's has no such name
        # and is written to as transports are meant to be. (A test guards the name.)
        return getattr(self._transport.get_extra_info("socket"), "_sock", None)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        head, self._head = self._head, b""
        self._hub.join(self, head=head)
        # Full is whatever is not empty. TLS compares with "at least", the others with "more than".
        transport.set_write_buffer_limits(high=1 if self._is_tls else 0, low=0)
        if transport.get_write_buffer_size() > 0:  # it may have said so before it was ours
            self._hub.lag(self)

    def data_received(self, data: bytes) -> None:
        if self._allowance is None:
            self._allowance = Allowance(self._clock)
        if not self._allowance.covers(len(data)):
            self.abort()
            return
        self._dialect.hear(data, self._transport)
        if not self._dialect.is_open:
            self._hub.retire(self)

    def eof_received(self) -> None:
        self._dialect.hear_end(self._transport)
        self._hub.retire(self)

    def pause_writing(self) -> None:
        self._hub.lag(self)

    def resume_writing(self) -> None:
        self._hub.catch_up(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._hub.leave(self)
        self._dialect.release()

    def write(self, frame: bytes) -> None:
        self._transport.write(frame)

    def close(self) -> None:
        self._dialect.part(self._transport)
        self._hub.retire(self)

    def abort(self) -> None:
        self._hub.retire(self)
        self._transport.abort()

    @property
    def _is_tls(self) -> bool:
        return self._transport.get_extra_info("sslcontext") is not None


class Allowance:
    """What a viewer may still send: it has nothing to say, so more than this is a flood."""

    __slots__ = ("_at_s", "_clock", "_left")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: float = _ALLOWANCE_BYTES
        self._at_s = clock.monotonic()

    def covers(self, size: int) -> bool:
        """Take ``size`` bytes off and return whether they were covered."""
        now_s = self._clock.monotonic()
        earned = (now_s - self._at_s) * _ALLOWANCE_BYTES_PER_S
        self._left = min(_ALLOWANCE_BYTES, self._left + earned) - size
        self._at_s = now_s
        return self._left >= 0
