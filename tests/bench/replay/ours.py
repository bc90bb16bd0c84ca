"""A listening day through the real poller, on a clock that runs as fast as it can.

Everything around the poller is simulated: Spotify answers by the model, nothing is stored, and
what is emitted is written down.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore

from tonearm.poller.calls import Endpoint
from tonearm.poller.errors import Rationed
from tonearm.poller.incognito import Incognito
from tonearm.poller.ledger import Ledger
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
from tonearm.poller.surroundings import Asks

from .day import DAY_S, NOTHING, Day, Face
from .model import TRAVEL_S, Answer, Model
from .score import Replayed, Showing

UNLIMITED = 1_000_000
HINT_S = 0.2
"""A hint comes so soon after the change."""


class Spotify:
    """Answers the poller by the model, and counts."""

    def __init__(
        self, model: Model, clock: FakeClock, ledger: Ledger, *, began_s: float = 0.0
    ) -> None:
        self.calls = 0
        self._began_s = began_s
        self.cooldown: Cooldown | None = None
        self._model = model
        self._clock = clock
        self._ledger = ledger

    async def look(self) -> Observation:
        asked_s = await self._count(Endpoint.PLAYER)
        answer = self._model.look(asked_s)
        await self._clock.sleep(TRAVEL_S)
        # As the real one does: an answer was true in the middle between question and arrival.
        return Observation(
            playback=_playback(answer),
            seen_s=self._began_s + asked_s + TRAVEL_S / 2,
            seen_at=round((self._clock.now() - TRAVEL_S / 2) * 1000),
        )

    async def queue(self) -> Queue:
        queued = self._model.queue(await self._count(Endpoint.QUEUE))
        await self._clock.sleep(TRAVEL_S)
        current, following = (self._item(uri) for uri in queued)
        return Queue(current=current, upcoming=(following,) if following else ())

    async def recently_played(self) -> tuple[Play, ...]:
        await self._count(Endpoint.RECENTLY_PLAYED)
        await self._clock.sleep(TRAVEL_S)
        return ()

    def _item(self, uri: str | None) -> Item | None:
        return None if uri is None else _item(uri, self._model.day.duration_of(uri))

    async def _count(self, endpoint: Endpoint) -> float:
        """Count one call and return when it was made."""
        if (until_s := self._ledger.rations_until_s) is not None:
            raise Rationed(until_s - self._clock.monotonic())
        await self._ledger.count(endpoint)
        self.calls += 1
        return round(self._clock.monotonic() - self._began_s, 6)


class NoStore:
    """Remembers nothing: each day begins as on a fresh machine."""

    async def last_played(self) -> LastPlayed | None:
        return None

    async def keep(self, last: LastPlayed) -> None:
        pass

    async def incognito(self) -> Incognito | None:
        return None

    async def keep_incognito(self, incognito: Incognito) -> None:
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
    ceiling = UNLIMITED if settings.daily_calls is None else settings.daily_calls
    ledger = Ledger(store=FakeLedgerStore(), clock=clock, setting=ceiling)
    spotify = Spotify(model, clock, ledger)
    run = make_poller(
        spotify,
        ledger,
        clock,
        emit=showing.show,
        audience=model.day.viewers_at,
        arrivals_s=model.day.arrivals(),
        hints_s=hints(model.day) if settings.hints else (),
        pace=settings.pace,
        chance=chance,
    )
    await run(DAY_S)
    return Replayed(calls=spotify.calls, showing=showing)


def make_poller(
    spotify: Asks,
    ledger: Ledger,
    clock: FakeClock,
    *,
    emit: Callable[[Face, float], None],
    audience: Callable[[float], int],
    arrivals_s: Iterable[float],
    chance: Random,
    hints_s: Iterable[float] = (),
    pace: Pace | None = None,
) -> Callable[[float], Awaitable[None]]:
    """Return what runs the real poller until an instant, with all that happens around it."""
    poller = Poller(
        spotify=spotify,
        ledger=ledger,
        plays=NoStore(),
        clock=clock,
        emit=lambda snapshot: emit(_face(snapshot), clock.monotonic()),
        audience=lambda: audience(clock.monotonic()),
        has_readers=lambda: False,
        pace=pace or Pace(),
        rules=Rules(),
        epoch="bench",
        chance=chance.random,
    )

    async def run(until_s: float) -> None:
        await poller.restore()
        calls = ((arrivals_s, poller.viewer_arrived), (hints_s, poller.hint))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_call_at(clock, *call)) for call in calls]
            tasks.append(group.create_task(poller.run()))
            await clock.advance(until_s)
            for task in tasks:
                task.cancel()

    return run


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
