"""Day after day through one poller, on an account with a ceiling that nobody told it.

Beyond the hidden ceiling of calls in any 24 hours Spotify refuses everything for a long time. The
ledger lives on from day to day, as on a disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore

from tonearm.poller.calls import Calls, Endpoint
from tonearm.poller.errors import CoolingDown, RateLimited, Rationed
from tonearm.poller.ledger import Ledger
from tonearm.poller.parse import Queue
from tonearm.poller.playback import Observation, Play
from tonearm.poller.quota import Cooldown, cooldown_after

from .day import DAY_S, Audience, Day
from .model import Model
from .ours import Spotify, make_poller
from .score import Replayed, Score, Showing

LOCK_OUT_S: Final = 48_925.0


class LimitedSpotify:
    """Answers each day by its model, until the hidden ceiling is reached."""

    def __init__(
        self, models: Sequence[Model], clock: FakeClock, ledger: Ledger, ceiling: int
    ) -> None:
        self._clock = clock
        self._ledger = ledger
        self._ceiling = ceiling
        self._days = [
            Spotify(model, clock, ledger, began_s=number * DAY_S)
            for number, model in enumerate(models)
        ]
        self._counted = Calls()
        self._cooldown: Cooldown | None = None
        self.lock_outs: list[tuple[float, float]] = []
        self.most_in_a_day = 0

    @property
    def calls(self) -> list[int]:
        """How many calls were made each day."""
        return [day.calls for day in self._days]

    @property
    def cooldown(self) -> Cooldown | None:
        cooldown = self._cooldown
        is_over = cooldown is None or cooldown.until_s <= self._clock.monotonic()
        return None if is_over else cooldown

    async def look(self) -> Observation:
        await self._pass()
        return await self._today.look()

    async def queue(self) -> Queue:
        await self._pass()
        return await self._today.queue()

    async def recently_played(self) -> tuple[Play, ...]:
        await self._pass()
        return await self._today.recently_played()

    @property
    def _today(self) -> Spotify:
        return self._days[int(self._clock.monotonic() // DAY_S)]

    async def _pass(self) -> None:
        """Let a call pass, or refuse it as Spotify or the poller's own gate would."""
        now_s = self._clock.monotonic()
        if self.cooldown is not None:
            raise CoolingDown(self.cooldown.until_at)
        if (until_s := self._ledger.rations_until_s) is not None:
            raise Rationed(until_s - now_s)
        used = self._counted.count(now_s)
        self.most_in_a_day = max(self.most_in_a_day, used + 1)
        if used < self._ceiling:
            self._counted.add(Endpoint.PLAYER, now_s)
            return
        await self._ledger.count(Endpoint.PLAYER)
        error = RateLimited(LOCK_OUT_S, is_quota=True)
        self._cooldown = cooldown_after(
            error, strikes=0, now_s=now_s, now_at=0, boot_id=self._clock.boot_id()
        )
        self.lock_outs.append((now_s, self._cooldown.until_s))
        await self._ledger.refused(error)
        self._ledger.answered()  # by the next call, which comes after the lock-out
        raise error


@dataclass(slots=True)
class Outcome:
    """What came of the days; ``score`` leaves the lock-outs out."""

    score: Score = field(default_factory=Score)
    calls: list[int] = field(default_factory=list)
    lock_outs: list[tuple[float, float]] = field(default_factory=list)
    most_in_a_day: int = 0


async def replay_days(days: Sequence[Day], *, ceiling: int, setting: int, seed: int) -> Outcome:
    """Return what came of ``days``, one after the other."""
    clock = FakeClock(monotonic_s=0.0)
    ledger = Ledger(store=FakeLedgerStore(), clock=clock, setting=setting)
    models = [Model(day, Random(f"{seed} {number}")) for number, day in enumerate(days)]
    spotify = LimitedSpotify(models, clock, ledger, ceiling)
    showings = [Showing() for _ in days]
    run = make_poller(
        spotify,
        ledger,
        clock,
        emit=lambda face, at_s: showings[int(at_s // DAY_S)].show(face, _of_day_s(at_s)),
        audience=lambda at_s: days[int(at_s // DAY_S)].viewers_at(_of_day_s(at_s)),
        arrivals_s=(
            number * DAY_S + at_s for number, day in enumerate(days) for at_s in day.arrivals()
        ),
        chance=Random(seed),
    )
    await run(len(days) * DAY_S - 1)
    outcome = Outcome(
        calls=spotify.calls, lock_outs=spotify.lock_outs, most_in_a_day=spotify.most_in_a_day
    )
    for number, (day, showing) in enumerate(zip(days, showings, strict=True)):
        began_s = number * DAY_S
        outside = _without(day, [(a - began_s, b - began_s) for a, b in spotify.lock_outs])
        outcome.score.add(outside, Replayed(calls=spotify.calls[number], showing=showing))
    return outcome


def _of_day_s(at_s: float) -> float:
    """Return the second of the day; rounded, or who comes at this very instant is not here yet."""
    return round(at_s % DAY_S, 6)


def _without(day: Day, spans: Sequence[tuple[float, float]]) -> Day:
    """Return ``day`` with nobody watching in ``spans``."""
    instants = sorted(
        {audience.at_s for audience in day.audiences}
        | {at_s for span in spans for at_s in span if 0 <= at_s < DAY_S}
    )
    audiences = tuple(
        Audience(at_s, 0 if any(a <= at_s < b for a, b in spans) else day.viewers_at(at_s))
        for at_s in instants
    )
    return Day(marks=day.marks, audiences=audiences)
