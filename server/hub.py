"""Gives every viewer the newest snapshot: at once when it joins, then each change, and a beat.

The same bytes go to all who are ready. The hub knows viewers by the small :class:`Viewer` protocol
only, not by socket or HTTP, and decides nothing about what is shown. There is no task, timer, queue
or future per viewer: two tasks serve them all.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

import structlog

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Snapshot

from .edition import Edition, Encoding, Press

BEAT_S: Final = 25.0
READ_COUNTS_S: Final = 60.0
DEADLINE_S: Final = 10.0  # to drain, or to finish a closing handshake
CLOSE_GRACE_S: Final = 1.5
_TICK_S: Final = 2.5
_SLICE: Final = 100  # written in one turn of the loop: 3.5 ms for 10,000 viewers, 90 ms without

# What a transport raises that closed a moment ago; it must not stop the others.
_WRITE_ERRORS: Final = (OSError, RuntimeError)

log = structlog.get_logger()


class Viewer(Protocol):
    """One connection that stays. ``sent`` is the hub's: the last edition this viewer was given."""

    sent: int

    @property
    def encoding(self) -> Encoding: ...

    @property
    def write(self) -> Callable[[bytes], None]:
        """What takes a frame, and never waits."""

    def close(self) -> None:
        """Say good-bye and end the connection in its own time."""

    def abort(self) -> None:
        """End the connection now."""


class Hub:
    """All viewers, and the one place that writes snapshots to them.

    Every viewer is in exactly one of three places: *ready*, *lagging* (its buffer is full; it gets
    nothing until it drains, then only the newest) or *closing*. Viewers move themselves, on events.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        on_arrival: Callable[[], None],
        max_connections: int,
    ) -> None:
        self._clock = clock
        self._press = Press(clock)
        self._on_arrival = on_arrival
        self._max_connections = max_connections
        self._ready: dict[Viewer, None] = {}
        self._lagging: dict[Viewer, float] = {}  # the value is the instant to give it up
        self._closing: dict[Viewer, float] = {}
        self._changed = asyncio.Event()
        self._occupied = asyncio.Event()
        self._emptied = asyncio.Event()
        self._read_at_s: float | None = None
        self._is_closed = False

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot; None until the first is published."""
        return self._press.snapshot

    @property
    def has_room(self) -> bool:
        return not self._is_closed and self._count_connections() < self._max_connections

    def audience(self) -> int:
        """Return how many stay connected and watch."""
        return len(self._ready) + len(self._lagging)

    def has_readers(self) -> bool:
        """Tell whether somebody read over plain HTTP within a minute."""
        read_at_s = self._read_at_s
        return read_at_s is not None and self._clock.monotonic() - read_at_s < READ_COUNTS_S

    def publish(self, snapshot: Snapshot) -> None:
        """Make ``snapshot`` the newest; the broadcaster brings it to everybody."""
        if self._press.replace(snapshot):
            self._changed.set()

    def payload(self) -> bytes | None:
        """Return the newest snapshot as JSON."""
        edition = self._press.newest()
        return edition.payload if edition else None

    def note_read(self) -> None:
        """Count a read over plain HTTP as audience for a minute."""
        is_first = self.audience() == 0 and not self.has_readers()
        self._read_at_s = self._clock.monotonic()
        if is_first:
            self._on_arrival()

    def join(self, viewer: Viewer, *, head: bytes = b"") -> None:
        """Add a viewer and give it ``head`` and the newest snapshot, in one write."""
        is_first = self.audience() == 0
        # Membership before the write: the transport may say "full" from within it.
        self._ready[viewer] = None
        self._occupied.set()
        edition = self._press.newest()
        if edition is not None:
            viewer.sent = edition.number
            head += edition.frames[viewer.encoding]
        viewer.write(head)
        if is_first:
            self._on_arrival()

    def lag(self, viewer: Viewer) -> None:
        """Note that a viewer's buffer is full."""
        if viewer in self._ready:
            del self._ready[viewer]
            self._lagging[viewer] = self._clock.monotonic() + DEADLINE_S

    def catch_up(self, viewer: Viewer) -> None:
        """Note that a viewer's buffer has drained, and give it the newest if it missed any."""
        if viewer in self._lagging:
            del self._lagging[viewer]
            self._ready[viewer] = None
            edition = self._press.newest()
            if edition is not None:
                self._give((viewer,), edition)

    def retire(self, viewer: Viewer) -> None:
        """Note that a viewer's connection is ending: it gets nothing more, and a deadline."""
        if viewer in self._ready or viewer in self._lagging:
            self._ready.pop(viewer, None)
            self._lagging.pop(viewer, None)
            self._closing[viewer] = self._clock.monotonic() + DEADLINE_S

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer whose connection is gone."""
        for place in (self._ready, self._lagging, self._closing):
            place.pop(viewer, None)
        if self._count_connections() == 0:
            self._emptied.set()

    async def run(self) -> None:
        """Serve the viewers until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._broadcast(), name="hub broadcast")
            tasks.create_task(self._keep_alive(), name="hub keep-alive")

    async def close(self) -> None:
        """Let nobody in any more and see everybody out: politely first, then by force."""
        self._is_closed = True
        for viewers in _slices((*self._ready, *self._lagging)):
            for viewer in viewers:
                viewer.close()
            await self._clock.sleep(0)
        await self._until_empty(CLOSE_GRACE_S)
        for viewer in (*self._ready, *self._lagging, *self._closing):
            viewer.abort()
        await self._until_empty(CLOSE_GRACE_S)

    async def _broadcast(self) -> None:
        """Send each change; one after the other, each viewer the newest there is by its turn."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            for viewers in _slices(tuple(self._ready)):
                edition = self._press.newest()
                if edition is not None:
                    self._give(viewers, edition)
                await self._clock.sleep(0)

    def _give(self, viewers: Iterable[Viewer], edition: Edition) -> None:
        """Write an edition to those who are ready and have not had it already."""
        number, encoded, ready = edition.number, edition.frames, self._ready
        for viewer in viewers:
            if viewer.sent != number and viewer in ready:
                viewer.sent = number
                try:
                    viewer.write(encoded[viewer.encoding])
                except _WRITE_ERRORS:
                    viewer.abort()

    async def _keep_alive(self) -> None:
        """Beat for all, and give up those who are past their deadline."""
        beat_at_s = self._clock.monotonic() + BEAT_S
        while True:
            await self._occupied.wait()  # an empty house wakes nobody
            await self._clock.sleep(_TICK_S)
            now_s = self._clock.monotonic()
            self._drop_overdue(now_s)
            if now_s >= beat_at_s:
                beat_at_s = now_s + BEAT_S
                await self._beat()
            if self._count_connections() == 0:
                self._occupied.clear()

    async def _beat(self) -> None:
        beat = self._press.beat()
        for viewers in _slices(tuple(self._ready)):
            for viewer in viewers:
                if viewer in self._ready:
                    try:
                        viewer.write(beat[viewer.encoding])
                    except _WRITE_ERRORS:
                        viewer.abort()
            await self._clock.sleep(0)

    def _drop_overdue(self, now_s: float) -> None:
        deadlines = {**self._lagging, **self._closing}
        overdue = [viewer for viewer, deadline_s in deadlines.items() if deadline_s <= now_s]
        for viewer in overdue:
            viewer.abort()
        if overdue:
            log.info("viewers_dropped", count=len(overdue))

    def _count_connections(self) -> int:
        return len(self._ready) + len(self._lagging) + len(self._closing)

    async def _until_empty(self, limit_s: float) -> None:
        """Wait until the last viewer has left, at most ``limit_s``."""
        if self._count_connections() == 0:
            return
        self._emptied.clear()
        waits = (
            asyncio.create_task(self._emptied.wait(), name="hub emptied"),
            asyncio.create_task(self._clock.sleep(limit_s), name="hub grace"),
        )
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def _slices(viewers: tuple[Viewer, ...]) -> Iterator[tuple[Viewer, ...]]:
    for start in range(0, len(viewers), _SLICE):
        yield viewers[start : start + _SLICE]
