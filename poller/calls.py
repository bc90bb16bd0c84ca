"""The calls of the last 24 hours, each with its instant: what a ceiling is measured against.

Instants are monotonic seconds and may lie before the boot. It does not know how calls outlive the
process, nor what a ceiling should be.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

DAY_S: Final = 86_400.0
SLACK_S: Final = 2.0
"""A call counts this much longer: it reaches Spotify a little after it was counted here."""
PRUNE_AT: Final = 512


class Endpoint(StrEnum):
    """What was asked; UNTOLD are calls of which a process that was killed left only the number."""

    PLAYER = "player"
    QUEUE = "queue"
    RECENTLY_PLAYED = "recently_played"
    ME = "me"
    TOKEN = "token"  # noqa: S105  (no token, the name of an endpoint)
    UNTOLD = "untold"


class Calls:
    """Calls in order of time."""

    __slots__ = ("_at_s", "_endpoints")

    def __init__(self) -> None:
        self._at_s: list[float] = []
        self._endpoints: list[Endpoint] = []

    def add(self, endpoint: Endpoint, at_s: float) -> None:
        """Count one more call, never dated before the one that was added last."""
        self._at_s.append(max(at_s, self._at_s[-1]) if self._at_s else at_s)
        self._endpoints.append(endpoint)
        self._prune(at_s - DAY_S - SLACK_S)

    def count(self, now_s: float, *, within_s: float = DAY_S) -> int:
        """Return how many calls of the last ``within_s`` seconds count at ``now_s``."""
        return len(self._at_s) - self._first(now_s, within_s)

    def by_endpoint(self, now_s: float) -> Mapping[Endpoint, int]:
        """Return how many calls of the last 24 h went where."""
        return Counter(self._endpoints[self._first(now_s, DAY_S) :])

    def count_of(self, endpoint: Endpoint, now_s: float) -> int:
        """Return how many calls of the last 24 h went to one endpoint."""
        return self._endpoints[self._first(now_s, DAY_S) :].count(endpoint)

    def allows_s(self, limit: int, now_s: float, *, within_s: float = DAY_S) -> float | None:
        """Return when fewer than ``limit`` calls count, None if that is so now."""
        if self.count(now_s, within_s=within_s) < limit:
            return None
        last = self._at_s[-1] if limit < 1 else self._at_s[-limit]
        return last + within_s + SLACK_S

    def covered_s(self, now_s: float) -> float:
        """Return for how much of the last 24 h calls are known."""
        first = self._first(now_s, DAY_S)
        return now_s - self._at_s[first] if first < len(self._at_s) else 0.0

    def _first(self, now_s: float, within_s: float) -> int:
        return bisect_right(self._at_s, now_s - within_s - SLACK_S)

    def _prune(self, before_s: float) -> None:
        if len(self._at_s) > PRUNE_AT and self._at_s[PRUNE_AT // 2] <= before_s:
            gone = bisect_right(self._at_s, before_s)
            del self._at_s[:gone], self._endpoints[:gone]
