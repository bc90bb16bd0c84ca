"""A listening day: what the player really did and who watched.

The ground truth that a replay is scored against. Instants are seconds of the day.
"""

from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

DAY_S: Final = 86_400.0
USUAL_DURATION_S: Final = 210.0


class Cause(StrEnum):
    """What made the player change."""

    START = "start"
    SKIP = "skip"
    NATURAL = "natural"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class Face(NamedTuple):
    """What a viewer can be right or wrong about; ``uri`` is None while there is no session."""

    uri: str | None
    playing: bool


NOTHING: Final = Face(None, playing=False)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The truth from ``at_s`` on; ``next`` is what the queue endpoint answers meanwhile."""

    at_s: float = msgspec.field(name="t")
    uri: str | None
    playing: bool
    duration_s: float
    position_s: float
    cause: Cause
    next: str | None

    @property
    def face(self) -> Face:
        return Face(self.uri, self.playing)

    def position_at(self, at_s: float) -> float:
        """Return where in the item the player stands, clamped to the item."""
        moved_s = at_s - self.at_s if self.playing else 0.0
        return max(0.0, min(self.duration_s, self.position_s + moved_s))


class Audience(msgspec.Struct, frozen=True, array_like=True):
    """So many viewers from ``at_s`` on."""

    at_s: float
    viewers: int


class Day(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One day of one listener; marks and audiences are in order of time, marks begin at 0."""

    marks: tuple[Mark, ...]
    audiences: tuple[Audience, ...] = msgspec.field(name="viewers")

    @cached_property
    def _marked(self) -> list[float]:
        return [mark.at_s for mark in self.marks]

    @cached_property
    def _watched(self) -> list[float]:
        return [audience.at_s for audience in self.audiences]

    @cached_property
    def _durations(self) -> dict[str | None, float]:
        return {mark.uri: mark.duration_s for mark in self.marks}

    def mark_at(self, at_s: float) -> Mark:
        """Return the truth at an instant; before the day it is what the day begins with."""
        return self.marks[max(0, bisect_right(self._marked, at_s) - 1)]

    def viewers_at(self, at_s: float) -> int:
        """Return how many watch at an instant."""
        place = bisect_right(self._watched, at_s) - 1
        return self.audiences[place].viewers if place >= 0 else 0

    def audiences_after(self, at_s: float) -> Iterator[Audience]:
        """Return the audiences to come, in order of time."""
        return iter(self.audiences[bisect_right(self._watched, at_s) :])

    def arrivals(self) -> Iterator[float]:
        """Return when somebody comes to watch where nobody did."""
        before = 0
        for audience in self.audiences:
            if audience.viewers and not before:
                yield audience.at_s
            before = audience.viewers

    def duration_of(self, uri: str) -> float:
        """Return how long an item is; one that is never played is of usual length."""
        return self._durations.get(uri, USUAL_DURATION_S)

    def changes(self) -> Iterator[tuple[Mark, float]]:
        """Return each change of the day with the instant of the one that follows."""
        for mark, following in pairwise(self.marks):
            if 0.0 < mark.at_s < DAY_S:
                yield mark, min(following.at_s, DAY_S)
        if 0.0 < self.marks[-1].at_s < DAY_S:
            yield self.marks[-1], DAY_S


def read_day(path: Path) -> Day:
    """Read a day from its JSON file.

    Raises:
        OSError: there is no such file.
        msgspec.ValidationError: it holds something else.
    """
    day = msgspec.json.decode(path.read_bytes(), type=Day)
    if not day.marks or any(a.at_s > b.at_s for a, b in pairwise(day.marks)):
        raise msgspec.ValidationError("the marks of a day must be in order of time")
    return day


def write_day(day: Day, path: Path) -> None:
    """Write a day as JSON, the way :func:`read_day` reads it."""
    path.write_bytes(msgspec.json.encode(day) + b"\n")
