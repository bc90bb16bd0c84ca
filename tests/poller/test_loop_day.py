"""Whole days of the real poller on the simulated account, checked against the truth."""

import random
from collections.abc import Callable, Iterator

import pytest
from fake_clock import FakeClock
from fake_gatekeepers import FakeCooldowns
from fake_ledger import FakeLedgerStore
from observations import WALL_AT
from running_poller import Service

from tonearm.poller.ledger import Ledger
from tonearm.poller.options import App, Hosts
from tonearm.poller.playback import Repeat, Snapshot, State, Status, position_ms
from tonearm.poller.secret import Secret
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import READ_SCOPES
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.in_process import InProcess
from tonearm.poller.simulated.listener import Listener
from tonearm.poller.simulated.music import EVENING
from tonearm.poller.simulated.player import Moment, Player
from tonearm.poller.simulated.timeline import Step, Timeline
from tonearm.poller.spotify import Spotify

LAG_S = (0.3, 1.1)
LATENCY_S = 0.15
MOST_WAIT_S = 75.0
HOUR_S, DAY_S = 3_600.0, 86_400.0


class GrantedTokens:
    """An access token the account takes, and a new one before the hour is over."""

    def __init__(self, account: Account, clock: FakeClock) -> None:
        self._account, self._clock = account, clock
        self._token, self._until_s = "", 0.0

    async def access(self) -> Secret:
        now_s = self._clock.monotonic()
        if now_s >= self._until_s:
            grants = self._account.authorization.grants
            self._token = str(grants.consent(READ_SCOPES, now_s, is_pkce=True)["access_token"])
            self._until_s = now_s + 3_000
        return Secret(self._token)

    async def reject(self, token: Secret) -> None:
        self._until_s = 0.0


def service_on(account: Account, clock: FakeClock) -> Service:
    """Return the poller with the real way to ``account``."""
    spotify = Spotify(
        transport=InProcess(account, clock, latency_s=LATENCY_S),
        tokens=GrantedTokens(account, clock),
        store=FakeCooldowns(),
        ledger=Ledger(store=FakeLedgerStore(), clock=clock, setting=1_000_000),
        app=App(client_id="app"),
        hosts=Hosts(),
        clock=clock,
    )
    return Service(clock=clock, spotify=spotify)


def listener(chance: Callable[[], float]) -> Listener:
    """Return a listener whose API lags as the real one does."""
    return Listener(player=Player(), lag_s=LAG_S, chance=chance, epoch_s=WALL_AT / 1000)


def habits(player: Player, source: random.Random, start_s: float) -> Iterator[Step]:
    """Yield what a restless listener does, for ever: a command every two minutes or so."""
    commands: list[Callable[[float], None]] = [
        player.skip,
        player.skip,
        player.skip,
        player.previous,
        player.pause,
        player.resume,
        player.resume,
        player.stop,
        lambda now_s: player.play(EVENING, now_s, index=source.randrange(len(EVENING))),
        lambda now_s: player.seek(source.uniform(0, 40_000), now_s),
        lambda now_s: player.set_private(source.random() < 0.3, now_s),
        lambda now_s: player.set_repeat(source.choice(list(Repeat)), now_s),
        lambda now_s: player.start_ad(30, now_s),
    ]
    yield start_s, lambda now_s: player.play(EVENING, now_s)
    while True:
        start_s += source.choice((source.uniform(1, 10), source.expovariate(1 / 240)))
        yield start_s, source.choice(commands)


def right_states(truth: Moment) -> set[State]:
    """Return what may be shown of ``truth`` once every look had its time."""
    silence = {State.IDLE, State.NOTHING}
    if truth.is_private or truth.status is Status.STOPPED:
        return silence
    if truth.status is Status.PAUSED:
        return {State.PAUSED, *silence}  # after ten minutes, which began with an earlier moment
    return {State.PLAYING} if truth.status is Status.PLAYING else {State.AD}


def assert_right(shown: Snapshot, truth: Moment, now_s: float) -> None:
    """Fail unless ``shown`` is the truth, within the lag of the API."""
    assert shown.state in right_states(truth)
    if shown.state in (State.PLAYING, State.PAUSED):
        assert shown.item is not None
        assert truth.item is not None
        assert shown.item.title == truth.item.title
        shown_ms = position_ms(shown, now_s)
        assert shown_ms is not None
        assert abs(shown_ms - truth.progress_ms(now_s)) <= (LAG_S[1] + LATENCY_S) * 1000


@pytest.mark.parametrize("seed", range(3))
async def test_a_viewer_sees_the_truth_once_it_had_time_to_come(seed: int) -> None:
    """Whatever the listener does: item, state and position, within seconds of each change.

    While something plays, a look comes every five seconds and a doubt costs two more; a pause or
    silence is looked at once a minute, and what follows it is known only then.
    """
    source, clock = random.Random(seed), FakeClock()
    account = Account(listener=listener(source.random))
    account.timeline = Timeline(habits(account.player, source, clock.monotonic() + 5))
    service = service_on(account, clock)
    service.viewers = 1
    checked, silent_s = 0, 0.0

    async with service.running() as poller:
        for _ in range(int(2 * HOUR_S)):
            await clock.advance(1)
            now_s = clock.monotonic()
            account.timeline.run(now_s)
            truth = account.player.at(now_s)
            if truth.status is not Status.PLAYING or truth.is_private:
                silent_s = now_s
            if now_s - truth.since_s > (11 if now_s - silent_s > MOST_WAIT_S else MOST_WAIT_S):
                assert_right(poller.snapshot, truth, now_s)
                checked += 1

    assert checked > 1_000
    assert [news.seq for news in service.news] == list(range(len(service.news)))


async def test_a_day_without_viewers_costs_few_calls() -> None:
    """Four hours of music and twenty of silence: some hundred looks, not thousands."""
    clock = FakeClock()
    account = Account(listener=listener(lambda: 0.5))
    player, start_s = account.player, clock.monotonic()
    player.set_repeat(Repeat.CONTEXT, start_s)
    account.timeline = Timeline([
        (start_s + 8 * HOUR_S, lambda now_s: player.play(EVENING, now_s)),
        (start_s + 12 * HOUR_S, player.stop),
    ])  # fmt: skip
    service = service_on(account, clock)

    async with service.running() as poller:
        await clock.advance(DAY_S)

        assert poller.snapshot.state is State.IDLE
    # 20 h / 300 s while idle; at most one look a minute and one per track's end while playing.
    assert account.count(Endpoint.PLAYER) < 240 + 240 + 4 * 60 + 10
    assert account.count(Endpoint.RECENTLY_PLAYED) <= 1


async def test_an_hour_of_every_fault_leaves_the_poller_alive() -> None:
    """Faults drawn at random on the real way to the account; ten calm minutes later all is well."""
    source, clock = random.Random(7), FakeClock()
    account = Account(listener=listener(source.random))
    player = account.player
    player.set_repeat(Repeat.CONTEXT, clock.monotonic())
    player.play(EVENING, clock.monotonic())
    service = service_on(account, clock)
    service.viewers = 1
    every = [
        faults.server_trouble(),
        faults.server_trouble_empty(),
        faults.server_trouble_html(),
        faults.captive_portal(),
        faults.redirected(),
        faults.empty(),
        faults.cut(),
        faults.hang(),
        faults.truncated(),
        faults.without_item(),
        faults.without_progress(),
        faults.progress(17_800_000),
        faults.unauthorized(),
        faults.rate_limited("7"),
        faults.rate_limited("soon"),
    ]

    async with service.running() as poller:
        for _ in range(360):
            account.faults.next(Endpoint.PLAYER, source.choice(every))
            await clock.advance(10)
        account.faults.clear()
        await clock.advance(600)
        truth = player.at(clock.monotonic())
        shown = poller.snapshot

    assert shown.health == "ok"
    if clock.monotonic() - truth.since_s > 11:
        assert_right(shown, truth, clock.monotonic())
