"""For how long somebody watched, as far as the last 24 hours go.

Instants are monotonic seconds. It does not know how many watched, or what.
"""

from collections import deque

from .calls import DAY_S
from .governor import VISIT_S, Watched


class Attendance:
    """The spans of time in which somebody watched."""

    __slots__ = ("_spans", "since_s")

    def __init__(self) -> None:
        self._spans: deque[tuple[float, float]] = deque()
        self.since_s: float | None = None
        """Since when somebody watches, None while nobody does."""

    def note(self, now_s: float, *, is_watched: bool) -> None:
        """Take note of whether somebody watches now."""
        if is_watched and self.since_s is None:
            self.since_s = now_s
        elif not is_watched and self.since_s is not None:
            self._spans.append((self.since_s, now_s))
            self.since_s = None
        while self._spans and self._spans[0][1] <= now_s - DAY_S:
            self._spans.popleft()

    def watched(self, now_s: float) -> Watched:
        """Return how long somebody watched in the 24 h before ``now_s``, and how."""
        first_s = now_s - DAY_S
        spans = [to_s - max(from_s, first_s) for from_s, to_s in self._spans]
        present_s = 0.0 if self.since_s is None else min(DAY_S, now_s - self.since_s)
        spans.append(present_s)
        return Watched(
            day_s=sum(spans),
            now_s=present_s,
            long_s=sum(span_s for span_s in spans if span_s > VISIT_S),
        )
