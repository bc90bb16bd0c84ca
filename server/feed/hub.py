"""Gives every viewer the newest snapshot: at once when it joins, then each change, and a beat.

The same bytes go to all who are ready. The hub knows viewers by the small :class:`Viewer` protocol
only, not by socket or HTTP, and decides nothing about what is shown. There is no task, timer, queue
or future per viewer: two tasks serve them all.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Final

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Snapshot
from tonearm.server.door.digest import Digest

from .deadlines import Deadlines
from .edition import Encoding, Press
from .heap import Heap
from .roster import Roster
from .turns import in_turns, walk
from .viewer import NOWHERE, Viewer

BEAT_S: Final = 25.0
READ_COUNTS_S: Final = 60.0
DEADLINE_S: Final = 10.0  # to drain, or to finish a closing handshake
CLOSE_GRACE_S: Final = 1.5
_TICK_S: Final = 2.5


class Hub:
    """All viewers, and the one place that writes snapshots to them.

    Every viewer is in exactly one of three places: *ready*, *lagging* (something waits in its
    transport; it gets nothing until that has gone, then only the newest) or *closing*. Viewers move
    themselves, on events.
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
        self._heap = Heap()
        self._digest = Digest(clock)
        self._on_arrival = on_arrival
        self._max_connections = max_connections
        self._ready = tuple(Roster() for _ in Encoding)
        self._lagging = Deadlines(DEADLINE_S)
        self._closing = Deadlines(DEADLINE_S)
        self._changed = asyncio.Event()
        self._occupied = asyncio.Event()
        self._emptied = asyncio.Event()
        self._spoke_s = clock.monotonic()  # since then everybody has been sent something
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
        return sum(map(len, self._ready)) + len(self._lagging)

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
        self._occupied.set()
        self._heap.grew()
        self._admit(viewer, head)
        if is_first:
            self._on_arrival()

    def lag(self, viewer: Viewer) -> None:
        """Note that something waits in a viewer's transport."""
        if viewer.place != NOWHERE:
            self._ready[viewer.encoding].remove(viewer)
            self._lagging.add(viewer, self._clock.monotonic())

    def catch_up(self, viewer: Viewer) -> None:
        """Note that nothing waits any more, and give the viewer the newest if it missed any."""
        if viewer in self._lagging:
            self._lagging.discard(viewer)
            self._admit(viewer, b"")

    def retire(self, viewer: Viewer) -> None:
        """Note that a viewer's connection is ending: it gets nothing more, and a deadline."""
        if viewer.place != NOWHERE:
            self._ready[viewer.encoding].remove(viewer)
        elif viewer in self._lagging:
            self._lagging.discard(viewer)
        else:
            return
        self._closing.add(viewer, self._clock.monotonic())

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer whose connection is gone."""
        self.retire(viewer)
        self._closing.discard(viewer)
        if self._count_connections() == 0:
            self._emptied.set()

    async def run(self) -> None:
        """Serve the viewers until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._broadcast(), name="hub broadcast")
            tasks.create_task(self._keep_alive(), name="hub keep-alive")
            tasks.create_task(self._digest.run(), name="hub digest")

    async def close(self) -> None:
        """Let nobody in any more and see everybody out: politely first, then by force."""
        self._is_closed = True
        async for viewer in in_turns((*chain(*self._ready), *self._lagging), self._clock):
            viewer.close()
        await self._until_empty(CLOSE_GRACE_S)
        for viewer in (*chain(*self._ready), *self._lagging, *self._closing):
            viewer.abort()
        await self._until_empty(CLOSE_GRACE_S)

    def _admit(self, viewer: Viewer, head: bytes) -> None:
        """Make a viewer ready that has nothing to wait for."""
        edition = self._press.newest()
        if edition is not None and viewer.sent != edition.number:
            viewer.sent = edition.number
            head += edition.frames[viewer.encoding]
        # Membership before the write: the transport may say that it is full from within.
        self._ready[viewer.encoding].add(viewer)
        if head:
            viewer.write(head)

    async def _broadcast(self) -> None:
        """Send each change; one after the other, each viewer the newest there is by its turn."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            began_s = self._clock.monotonic()
            for encoding in Encoding:
                await walk(self._ready[encoding], partial(self._give, encoding), self._clock)
            self._spoke_s = began_s

    def _give(self, encoding: Encoding, below: int) -> int:
        """Write the newest edition to some of those who have not had it; return who is next."""
        edition = self._press.newest()
        if edition is None:
            return 0
        return self._ready[encoding].give(edition.frames[encoding], edition.number, below=below)

    async def _keep_alive(self) -> None:
        """Beat for all who heard nothing for a while, and give up who is past its deadline."""
        while True:
            await self._occupied.wait()  # an empty house wakes nobody
            self._spoke_s = now_s = self._clock.monotonic()
            while self._count_connections():
                await self._clock.sleep(min(_TICK_S, self._spoke_s + BEAT_S - now_s))
                now_s = self._clock.monotonic()
                self._drop_overdue(now_s)
                self._heap.settle()
                if now_s >= self._spoke_s + BEAT_S:
                    await self._beat()
                    now_s = self._clock.monotonic()
            self._occupied.clear()
            self._heap.tidy()

    async def _beat(self) -> None:
        self._spoke_s = self._clock.monotonic()
        for roster, beat in zip(self._ready, self._press.beat(), strict=True):
            await walk(roster, partial(_give_beat, roster, beat), self._clock)

    def _drop_overdue(self, now_s: float) -> None:
        overdue = [*self._lagging.overdue(now_s), *self._closing.overdue(now_s)]
        for viewer in overdue:
            viewer.abort()
            self._digest.note("viewers_dropped")

    def _count_connections(self) -> int:
        return self.audience() + len(self._closing)

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


def _give_beat(roster: Roster, beat: bytes, below: int) -> int:
    return roster.give(beat, None, below=below)
