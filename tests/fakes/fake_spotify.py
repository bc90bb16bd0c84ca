"""A Spotify that answers at once what a test wrote down, and a memory for the last item."""

from fake_clock import FakeClock

from tonearm.poller.errors import StateUnreadable, StateUnwritable, TonearmError
from tonearm.poller.incognito import Incognito
from tonearm.poller.parse import Queue
from tonearm.poller.playback import STOPPED, Item, Observation, Play, Playback, Status
from tonearm.poller.publish import LastPlayed
from tonearm.poller.quota import Cooldown


class FakeSpotify:
    """Implements what the poller asks of Spotify, and notes when it was asked.

    Set ``playback`` or ``error`` at any time; a playing item moves on by itself. ``takes_s`` is
    how long a look takes; ``plays`` is what recently-played answers, or its error; ``queued`` is
    what the queue holds, or its error.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._playback = STOPPED
        self._since_s = 0.0
        self.error: TonearmError | None = None
        self.cooldown_until_s: float | None = None
        self.takes_s = 0.0
        self.plays: tuple[Play, ...] | TonearmError = ()
        self.looks: list[float] = []
        self.queued: tuple[Item, ...] | TonearmError = ()
        self.queue_asked: list[float] = []
        self.backfills = 0

    @property
    def playback(self) -> Playback:
        """What the player does; a playing item is further on with time."""
        moved_ms = round((self._clock.monotonic() - self._since_s) * 1000)
        if self._playback.status is not Status.PLAYING or self._playback.progress_ms is None:
            return self._playback
        return Playback(
            status=Status.PLAYING,
            item=self._playback.item,
            progress_ms=self._playback.progress_ms + moved_ms,
            is_private=self._playback.is_private,
        )

    @playback.setter
    def playback(self, playback: Playback) -> None:
        self._playback, self._since_s = playback, self._clock.monotonic()

    @property
    def cooldown(self) -> Cooldown | None:
        until_s, now_s = self.cooldown_until_s, self._clock.monotonic()
        if until_s is None or until_s <= now_s:
            return None
        until_at = round((self._clock.now() + until_s - now_s) * 1000)
        return Cooldown(
            began_at=0, until_at=until_at, until_s=until_s, boot_id="boot-1", is_quota=False
        )

    async def look(self) -> Observation:
        self.looks.append(self._clock.monotonic())
        if self.takes_s:
            await self._clock.sleep(self.takes_s)
        if self.error is not None:
            raise self.error
        return Observation(
            playback=self.playback,
            seen_s=self._clock.monotonic(),
            seen_at=round(self._clock.now() * 1000),
        )

    async def queue(self) -> Queue:
        self.queue_asked.append(self._clock.monotonic())
        if isinstance(self.queued, TonearmError):
            raise self.queued
        return Queue(current=self.playback.item, upcoming=self.queued)

    async def recently_played(self) -> tuple[Play, ...]:
        self.backfills += 1
        if isinstance(self.plays, TonearmError):
            raise self.plays
        return self.plays


class FakePlays:
    """Keeps the last item, counts the writes, and may be broken like a disk."""

    def __init__(self, kept: LastPlayed | None = None) -> None:
        self.kept = kept
        self.kept_incognito: Incognito | None = None
        self.tries = 0
        self.writes = 0
        self.is_broken = False

    async def last_played(self) -> LastPlayed | None:
        if self.is_broken:
            raise StateUnreadable("The disk does not answer.")
        return self.kept

    async def keep(self, last: LastPlayed) -> None:
        self.tries += 1
        if self.is_broken:
            raise StateUnwritable("The disk is full.")
        self.writes += 1
        self.kept = last

    async def incognito(self) -> Incognito | None:
        if self.is_broken:
            raise StateUnreadable("The disk does not answer.")
        return self.kept_incognito

    async def keep_incognito(self, incognito: Incognito) -> None:
        if self.is_broken:
            raise StateUnwritable("The disk is full.")
        self.kept_incognito = incognito
