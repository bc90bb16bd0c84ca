"""Spotify's Web API as the replay models it: every answer is a moment old.

An answer to a question asked at x tells of the item as it was at x - lag, its progress run on to
x and clamped to the item, and it arrives a little after x. The lag is drawn anew each time.
"""

from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from .day import Day, Face

TRAVEL_S: Final = 0.15
"""From the question to the arrival of the answer."""


class Answer(NamedTuple):
    """What a look tells; ``progress_s`` was true when the question was asked."""

    face: Face
    progress_s: float
    duration_s: float

    @property
    def left_s(self) -> float:
        """How long the item still has to run."""
        return self.duration_s - self.progress_s


class Queued(NamedTuple):
    """What the queue endpoint tells; ``next_uri`` may turn out wrong, or be None for no guess."""

    current_uri: str | None
    next_uri: str | None


@dataclass(frozen=True, slots=True)
class Lag:
    """How old an answer is at least and at most, in seconds."""

    low_s: float = 0.3
    high_s: float = 1.1


@dataclass(frozen=True, slots=True)
class Model:
    """The API over one day; ``chance`` draws the lags, so a seed fixes them all."""

    day: Day
    chance: Random
    lag: Lag = Lag()

    def look(self, at_s: float) -> Answer:
        """Answer what is playing."""
        mark = self.day.mark_at(at_s - self._lag_s())
        return Answer(mark.face, mark.position_at(at_s), mark.duration_s)

    def queue(self, at_s: float) -> Queued:
        """Answer what plays and what comes next."""
        mark = self.day.mark_at(at_s - self._lag_s())
        return Queued(mark.uri, mark.next)

    def _lag_s(self) -> float:
        return self.chance.uniform(self.lag.low_s, self.lag.high_s)
