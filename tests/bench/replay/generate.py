"""Makes listening days of the same kind as the reference days.

About four hours of music in 2-4 sessions, 24 % of the tracks skipped within 20 s and another 20 %
later (Lamere 2014), pauses, 20 idle hours, 60 short visits, on every third day an overlay during
the longest session. The numbers are those of the reference days, measured. A listener with a
crossfade hears each next item begin that much before the end of the one before it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from .day import DAY_S, USUAL_DURATION_S, Audience, Cause, Day, Mark

WAKING_S: Final = (7 * 3600.0, 23.9 * 3600.0)
SESSIONS: Final = (2, 4)
MUSIC_S: Final = (3.5 * 3600, 4.5 * 3600)
LEAST_BREAK_S: Final = 60.0
LAST_PAUSE_S: Final = (340.0, 900.0)
"""At the end of a session the last item stands paused at its beginning for so long."""
DURATION_SPREAD_S: Final = 62.0
DURATIONS_S: Final = (85.0, 540.0)
EARLY_SKIPS: Final = 0.24
LATE_SKIPS: Final = 0.20
EARLY_S: Final = (1.5, 20.0)
PAUSES: Final = 0.04
LEAST_PAUSE_S: Final = 10.0
MEAN_PAUSE_S: Final = 130.0
RIGHT_NEXT: Final = 0.86
WRONG_NEXT: Final = 0.10
VISITS: Final = 60
LONGEST_VISIT_S: Final = 240.0
OVERLAY_EVERY: Final = 3
OVERLAY_BEFORE_S: Final = 300.0


@dataclass(slots=True)
class _Listener:
    """Writes down one session after another; ``music`` are their spans."""

    chance: Random
    name: str
    crossfade_s: float
    marks: list[Mark] = field(default_factory=list)
    music: list[tuple[float, float]] = field(default_factory=list)
    items: int = 0

    def mark(
        self,
        at_s: float,
        cause: Cause,
        *,
        item: tuple[str, float] | None = None,
        playing: bool = True,
        position_s: float = 0.0,
        is_last: bool = False,
    ) -> None:
        uri, duration_s = item or (None, 0.0)
        self.marks.append(
            Mark(
                at_s=round(at_s, 2),
                uri=uri,
                playing=playing and item is not None,
                duration_s=round(duration_s, 2),
                position_s=round(position_s, 2),
                cause=cause,
                next=self._next(is_last=is_last) if item else None,
            )
        )

    def listen(self, from_s: float, until_s: float) -> None:
        """Play item after item; the one that plays at ``until_s`` is the last."""
        at_s, cause, is_last = from_s, Cause.START, False
        while not is_last:
            item = self._pick()
            heard_s, cause_after = self._heard_s(item[1])
            is_last = at_s + heard_s >= until_s
            if is_last:
                heard_s = item[1]
            self.mark(at_s, cause, item=item, is_last=is_last)
            at_s, cause = self._play(item, at_s, heard_s, is_last=is_last), cause_after
        self.music.append((from_s, at_s))
        self.mark(at_s, Cause.PAUSE, item=item, playing=False, is_last=True)
        self.mark(at_s + self.chance.uniform(*LAST_PAUSE_S), Cause.STOP)

    def _pick(self) -> tuple[str, float]:
        self.items += 1
        shortest_s, longest_s = DURATIONS_S
        duration_s = self.chance.gauss(USUAL_DURATION_S, DURATION_SPREAD_S)
        return f"{self.name}-{self.items}", min(longest_s, max(shortest_s, duration_s))

    def _heard_s(self, duration_s: float) -> tuple[float, Cause]:
        """Draw how much of an item is heard, and what ends it."""
        fate = self.chance.random()
        if fate < EARLY_SKIPS:
            return self.chance.uniform(*EARLY_S), Cause.SKIP
        if fate < EARLY_SKIPS + LATE_SKIPS:
            return self.chance.uniform(EARLY_S[1], duration_s - self.crossfade_s), Cause.SKIP
        return duration_s - self.crossfade_s, Cause.NATURAL

    def _play(
        self, item: tuple[str, float], at_s: float, heard_s: float, *, is_last: bool
    ) -> float:
        """Play an item, perhaps with a pause; return when it is over."""
        if self.chance.random() >= PAUSES:
            return at_s + heard_s
        place_s = self.chance.uniform(0.0, heard_s)
        pause_s = LEAST_PAUSE_S + self.chance.expovariate(1 / MEAN_PAUSE_S)
        for cause, when_s in ((Cause.PAUSE, place_s), (Cause.RESUME, place_s + pause_s)):
            is_playing = cause is Cause.RESUME
            self.mark(
                at_s + when_s,
                cause,
                item=item,
                playing=is_playing,
                position_s=place_s,
                is_last=is_last,
            )
        return at_s + heard_s + pause_s

    def _next(self, *, is_last: bool) -> str | None:
        """Draw what the queue tells of the item to come; after the last there is none."""
        fate = self.chance.random()
        if fate < RIGHT_NEXT and not is_last:
            return f"{self.name}-{self.items + 1}"
        if fate < RIGHT_NEXT + WRONG_NEXT:
            return f"decoy-{self.name}-{len(self.marks)}"
        return None


def generate_day(number: int, *, seed: int, crossfade_s: float = 0.0) -> Day:
    """Return a day; the same arguments give the same one."""
    chance = Random(f"{seed} {number}")
    listener = _Listener(chance, f"u{number}", crossfade_s)
    listener.mark(0.0, Cause.START)
    for from_s, until_s in _sessions(chance):
        listener.listen(max(from_s, listener.marks[-1].at_s + LEAST_BREAK_S), until_s)
    visits = list(_visits(chance))
    if number % OVERLAY_EVERY == 0:
        begin_s, end_s = max(listener.music, key=lambda span: span[1] - span[0])
        visits.append((begin_s - OVERLAY_BEFORE_S, end_s + chance.uniform(30.0, 300.0)))
    return Day(marks=tuple(listener.marks), audiences=tuple(_audiences(visits)))


def _sessions(chance: Random) -> Iterator[tuple[float, float]]:
    """Draw when music is meant to begin and to end; a session may run late."""
    count = chance.randint(*SESSIONS)
    music_s = chance.uniform(*MUSIC_S)
    shares = [chance.uniform(0.5, 1.5) for _ in range(count)]
    lengths = [music_s * share / sum(shares) for share in shares]
    first_s, last_s = WAKING_S
    spare_s = last_s - first_s - music_s - count * LAST_PAUSE_S[1]
    breaks = sorted(chance.uniform(0.0, spare_s) for _ in range(count))
    played_s = 0.0
    for break_s, length_s in zip(breaks, lengths, strict=True):
        from_s = first_s + break_s + played_s
        yield from_s, from_s + length_s
        played_s += length_s + LAST_PAUSE_S[1]


def _visits(chance: Random) -> Iterator[tuple[float, float]]:
    for _ in range(VISITS):
        from_s = chance.uniform(0.0, DAY_S - LONGEST_VISIT_S)
        yield from_s, from_s + chance.uniform(1.0, LONGEST_VISIT_S)


def _audiences(visits: Iterable[tuple[float, float]]) -> Iterator[Audience]:
    """Turn visits into how many watch from when on."""
    steps = Counter[float]()
    for from_s, until_s in visits:
        steps[round(from_s, 2)] += 1
        steps[round(until_s, 2)] -= 1
    viewers = 0
    yield Audience(0.0, 0)
    for at_s in sorted(steps):
        viewers += steps[at_s]
        yield Audience(at_s, viewers)
