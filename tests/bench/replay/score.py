"""How fresh viewers were kept, and what it cost: calls, latencies, wrong seconds.

Pure arithmetic over what was true and what was shown. It knows nothing of how that was found out.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from .day import DAY_S, NOTHING, Cause, Day, Face, Mark

AHEAD: Final = "ahead"
"""Where wrong seconds are counted while the truth, shown already, was left too soon."""
LONG_PAUSE_S: Final = 600.0
"""A pause that lasts longer may be shown as nothing: the wire contract wants it so."""


@dataclass(slots=True)
class Showing:
    """What was published over a day; nothing before the first publication."""

    faces: list[Face] = field(default_factory=lambda: [NOTHING])
    since_s: list[float] = field(default_factory=lambda: [-DAY_S])

    def show(self, face: Face, at_s: float) -> None:
        """Take note of a publication; instants never fall."""
        if face != self.faces[-1]:
            self.faces.append(face)
            self.since_s.append(at_s)

    def at(self, at_s: float) -> Face:
        """Return what was shown at an instant."""
        return self.faces[bisect_right(self.since_s, at_s) - 1]

    def first_s(self, face: Face, *, since_s: float, until_s: float) -> float:
        """Return when ``face`` was first shown in a span of time, or the end of the span."""
        place = bisect_right(self.since_s, since_s) - 1
        for shown_s, shown in zip(self.since_s[place:], self.faces[place:], strict=True):
            if shown_s >= until_s:
                break
            if shown == face:
                return max(since_s, shown_s)
        return until_s


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a day."""

    calls: int
    showing: Showing


@dataclass(slots=True)
class Score:
    """What days together come to; times are in seconds, weighted by viewers where they watch.

    ``excused_s`` is the time in which a long pause was shown as nothing, as the wire contract wants
    it; it is not in ``wrong_s``, and the strict count has both.
    """

    days: int = 0
    calls: int = 0
    viewer_s: float = 0.0
    wrong_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    excused_s: float = 0.0
    latencies_s: dict[Cause, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, day: Day, replayed: Replayed) -> None:
        """Count one more day."""
        self.days += 1
        self.calls += replayed.calls
        self._add_wrong_time(day, replayed.showing)
        for mark, until_s in day.changes():
            if day.viewers_at(mark.at_s):
                seen_s = replayed.showing.first_s(mark.face, since_s=mark.at_s, until_s=until_s)
                self.latencies_s[mark.cause].append(seen_s - mark.at_s)

    @property
    def calls_per_day(self) -> float:
        return self.calls / self.days if self.days else 0.0

    def per_viewer_hour(self, wrong_s: float) -> float:
        """Return wrong seconds as a rate."""
        return wrong_s / (self.viewer_s / 3600) if self.viewer_s else 0.0

    @property
    def wrong_s_per_viewer_hour(self) -> float:
        return self.per_viewer_hour(sum(self.wrong_s.values()))

    @property
    def strict_s_per_viewer_hour(self) -> float:
        """Return the rate of a reader who knows the player alone, and no contract."""
        return self.wrong_s_per_viewer_hour + self.per_viewer_hour(self.excused_s)

    def latency_s(self, cause: Cause, share: float) -> float | None:
        """Return the latency that ``share`` of such changes stayed within, None without any."""
        return quantile(self.latencies_s.get(cause, ()), share)

    def _add_wrong_time(self, day: Day, showing: Showing) -> None:
        was_right_at: Mark | None = None
        for from_s, to_s in pairwise(_instants(day, showing)):
            mark, shown = day.mark_at(from_s), showing.at(from_s)
            viewer_s = (to_s - from_s) * day.viewers_at(from_s)
            self.viewer_s += viewer_s
            if shown == mark.face:
                was_right_at = mark
            elif shown == NOTHING and _is_long_pause(mark, from_s):
                self.excused_s += viewer_s
            elif viewer_s:
                self.wrong_s[AHEAD if was_right_at is mark else mark.cause] += viewer_s


def _is_long_pause(mark: Mark, at_s: float) -> bool:
    return mark.uri is not None and not mark.playing and at_s - mark.at_s >= LONG_PAUSE_S


def _instants(day: Day, showing: Showing) -> Iterator[float]:
    """Return every instant at which truth, audience or what is shown changes, in order."""
    instants = {mark.at_s for mark in day.marks}
    instants.update(mark.at_s + LONG_PAUSE_S for mark in day.marks if not mark.playing)
    instants.update(audience.at_s for audience in day.audiences)
    instants.update(showing.since_s)
    yield 0.0
    yield from sorted(instant for instant in instants if 0.0 < instant < DAY_S)
    yield DAY_S


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the greatest of the values that lie within the lowest ``share``, None of none."""
    return sorted(values)[int(share * (len(values) - 1))] if values else None
