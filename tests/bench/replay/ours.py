"""A listening day through the real poller, on a clock that runs as fast as it can.

Everything around the poller is simulated: Spotify answers by the model, nothing is stored, and
what is emitted is written down.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from fake_clock import FakeClock

from tonearm.poller.errors import CoolingDown
from tonearm.poller.loop import Poller
from tonearm.poller.options import Pace, Rules
from tonearm.poller.parse import Queue
from tonearm.poller.playback import (
    STOPPED,
    Item,
    Kind,
    Observation,
    Play,
    Playback,
    Snapshot,
    State,
    Status,
)
from tonearm.poller.publish import LastPlayed
from tonearm.poller.quota import Cooldown

from .day import DAY_S, NOTHING, Day, Face
from .model import TRAVEL_S, Answer, Model
from .score import Replayed, Showing

HINT_S = 0.2
"""A hint comes so soon after the change."""


class Spotify:
    """Answers the poller by the model and counts; refuses beyond ``daily_calls``."""

    def __init__(self, model: Model, clock: FakeClock, daily_calls: int | None) -> None:
        self.calls = 0
        self._model = model
        self._clock = clock
        self._daily_calls = daily_calls

    @property
    def cooldown(self) -> Cooldown | None:
        if self._daily_calls is None or self.calls < self._daily_calls:
            return None
        now_at = round(self._clock.now() * 1000)
        left_s = DAY_S - self._clock.monotonic()
        return Cooldown(
            began_at=now_at,
            until_at=now_at + round(left_s * 1000),
            until_s=DAY_S,
            boot_id=self._clock.boot_id(),
            is_quota=True,
        )

    async def look(self) -> Observation:
        asked_s = self._count()
        answer = self._model.look(asked_s)
        await self._clock.sleep(TRAVEL_S)
        # As the real one does: an answer was true in the middle between question and arrival.
        return Observation(
            playback=_playback(answer),
            seen_s=asked_s + TRAVEL_S / 2,
            seen_at=round((self._clock.now() - TRAVEL_S / 2) * 1000),
        )

    async def queue(self) -> Queue:
        queued = self._model.queue(self._count())
        await self._clock.sleep(TRAVEL_S)
        current, following = (self._item(uri) for uri in queued)
        return Queue(current=current, upcoming=(following,) if following else ())

    async def recently_played(self) -> tuple[Play, ...]:
        self._count()
        await self._clock.sleep(TRAVEL_S)
        return ()

    def _item(self, uri: str | None) -> Item | None:
        return None if uri is None else _item(uri, self._model.day.duration_of(uri))

    def _count(self) -> float:
        """Count one call and return when it was made."""
        if (cooldown := self.cooldown) is not None:
            raise CoolingDown(cooldown.until_at)
        self.calls += 1
        return self._clock.monotonic()


class NoStore:
    """Remembers nothing: each day begins as on a fresh machine."""

    async def last_played(self) -> LastPlayed | None:
        return None

    async def keep(self, last: LastPlayed) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner chose; None calls as often as the pace says."""

    pace: Pace = field(default_factory=Pace)
    daily_calls: int | None = None
    hints: bool = False


def replay_ours(model: Model, settings: Settings, chance: Random) -> Replayed:
    """Return what our viewers see of the day, and for how many calls."""
    return asyncio.run(_replay(model, settings, chance))


async def _replay(model: Model, settings: Settings, chance: Random) -> Replayed:
    clock = FakeClock(monotonic_s=0.0)
    showing = Showing()
    spotify = Spotify(model, clock, settings.daily_calls)
    poller = Poller(
        spotify=spotify,
        plays=NoStore(),
        clock=clock,
        emit=lambda snapshot: showing.show(_face(snapshot), clock.monotonic()),
        audience=lambda: model.day.viewers_at(clock.monotonic()),
        pace=settings.pace,
        rules=Rules(),
        epoch="bench",
        chance=chance.random,
    )
    await poller.restore()
    calls = [(model.day.arrivals(), poller.viewer_arrived)]
    if settings.hints:
        hint: Callable[[], None] | None = getattr(poller, "hint", None)
        if hint is None:
            raise RuntimeError("this poller takes no hints")
        calls.append((hints(model.day), hint))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_call_at(clock, *call)) for call in calls]
        tasks.append(group.create_task(poller.run()))
        await clock.advance(DAY_S)
        for task in tasks:
            task.cancel()
    return Replayed(calls=spotify.calls, showing=showing)


def hints(day: Day) -> Iterator[float]:
    """Return when a player nearby tells that something changed."""
    return (mark.at_s + HINT_S for mark, _ in day.changes())


async def _call_at(clock: FakeClock, instants_s: Iterable[float], call: Callable[[], None]) -> None:
    for at_s in instants_s:
        await clock.sleep(at_s - clock.monotonic())
        call()


def _face(snapshot: Snapshot) -> Face:
    match snapshot.state:
        case State.PLAYING | State.PAUSED if snapshot.item is not None:
            return Face(snapshot.item.uri, playing=snapshot.state is State.PLAYING)
        case _:
            return NOTHING


def _playback(answer: Answer) -> Playback:
    uri, is_playing = answer.face
    if uri is None:
        return STOPPED
    return Playback(
        status=Status.PLAYING if is_playing else Status.PAUSED,
        item=_item(uri, answer.duration_s),
        progress_ms=round(answer.progress_s * 1000),
    )


def _item(uri: str, duration_s: float) -> Item:
    return Item(
        kind=Kind.TRACK,
        uri=uri,
        title=uri,
        byline="",
        artists=(),
        album=None,
        show=None,
        url=None,
        duration_ms=round(duration_s * 1000),
        explicit=False,
        art=(),
    )
