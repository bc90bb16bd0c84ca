"""Spotify's two limits, as far as they are known: a rolling 30 s window and a rolling 24 h quota.

The true numbers are unpublished; a test sets those it wants to run into.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from tonearm.poller.transport import Answer

from .answers import too_many


@dataclass(slots=True, kw_only=True)
class Limits:
    """How many calls are answered; None means any number. Refused calls do not count."""

    window_calls: int | None = None
    window_s: float = 30.0
    daily_calls: int | None = None
    day_s: float = 86_400.0
    _answered_s: deque[float] = field(default_factory=deque, repr=False)

    def admit(self, now_s: float) -> Answer | None:
        """Count one call, or return the 429 that refuses it until the window frees."""
        while self._answered_s and self._answered_s[0] <= now_s - self.day_s:
            self._answered_s.popleft()
        refusals = (
            (self.daily_calls, self.day_s, True),
            (self.window_calls, self.window_s, False),
        )
        for calls, length_s, is_quota in refusals:
            if calls is not None and (wait_s := self._wait_s(calls, length_s, now_s)) > 0:
                return too_many(str(math.ceil(wait_s)), is_quota=is_quota)
        self._answered_s.append(now_s)
        return None

    def _wait_s(self, calls: int, length_s: float, now_s: float) -> float:
        """Return how long until fewer than ``calls`` lie within ``length_s``."""
        if len(self._answered_s) < calls:
            return 0.0
        oldest_s = self._answered_s[-calls] if calls else now_s
        return oldest_s + length_s - now_s
