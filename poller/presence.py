"""What changes by itself while the poller waits: who watches, what the budget and the gate allow.

It adds that to a situation whenever it is asked to, and knows nothing of looks.
"""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from .attendance import Attendance
from .clock import Clock
from .options import Pace
from .situation import Situation
from .surroundings import Asks, Governs

LATE_S: Final = 60.0
"""What may not be asked for longer than this because of our own ceiling is called stale."""


class Presence:
    """The present, as the poller's surroundings tell it."""

    def __init__(
        self,
        *,
        spotify: Asks,
        ledger: Governs,
        clock: Clock,
        audience: Callable[[], int],
        has_readers: Callable[[], bool],
        pace: Pace,
    ) -> None:
        self._spotify = spotify
        self._ledger = ledger
        self._clock = clock
        self._audience = audience
        self._has_readers = has_readers
        self._pace = pace
        self._attendance = Attendance()

    def added_to(self, situation: Situation, *, is_hidden: bool) -> Situation:
        """Return ``situation`` as it is at present; nobody sees what is hidden."""
        now_s = self._clock.monotonic()
        audience = 0 if is_hidden else self._audience()
        self._attendance.note(now_s, is_watched=audience > 0)
        since_s, watched = self._attendance.since_s, self._attendance.watched(now_s)
        cooldown = self._spotify.cooldown
        return replace(
            situation,
            audience=audience,
            has_readers=self._has_readers() and not is_hidden,
            watched_since_s=now_s if since_s is None else since_s,
            stretch=self._ledger.stretch(watched=watched, wait_s=self._pace.watched_s),
            rations_until_s=self._ledger.rations_until_s,
            blocked_until_s=cooldown.until_s if cooldown else None,
        )

    @property
    def limited_until_at(self) -> int | None:
        """Until when Spotify may not be asked (ms UTC), None when it may."""
        cooldown = self._spotify.cooldown
        return cooldown.until_at if cooldown else None

    @property
    def is_late(self) -> bool:
        """Whether our own ceiling keeps the next look away for long."""
        until_s = self._ledger.rations_until_s
        return until_s is not None and until_s - self._clock.monotonic() > LATE_S
