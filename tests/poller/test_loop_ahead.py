"""Hints and look-ahead in the running poller, and what reads over plain HTTP cost."""

import itertools

import pytest
from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore
from fake_spotify import FakePlays
from observations import playing, track
from running_poller import Service

from tonearm.poller.cadence import Why
from tonearm.poller.calls import Endpoint
from tonearm.poller.errors import RateLimited, Refused, RefusedReason, TonearmError
from tonearm.poller.ledger import Ledger
from tonearm.poller.options import Pace
from tonearm.poller.playback import Health, Playback, State

A, B, C = track("A"), track("B"), track("C")
LONG = track("Long", duration_s=30_000)
DAY_S = 86_400.0


@pytest.mark.parametrize("viewers", [0, 1])
async def test_a_hint_shows_a_change_within_a_second(viewers: int) -> None:
    """Watched or not: a hint is worth its look."""
    service = Service()
    service.viewers = viewers
    service.fake.playback = playing(LONG, 100)

    async with service.running() as poller:
        await service.clock.advance(12)
        service.fake.playback = playing(B, 0)
        poller.hint()
        await service.clock.advance(1.5)

        assert poller.snapshot.item == B


async def test_a_hint_in_vain_costs_three_looks() -> None:
    """Nothing of it is believed: it only makes the poller look."""
    service = Service()
    service.fake.playback = playing(LONG, 100)

    async with service.running() as poller:
        await service.clock.advance(1)
        service.fake.looks.clear()
        poller.hint()
        why = poller.next_look.why
        await service.clock.advance(30)

        assert why is Why.HINT
        assert len(service.fake.looks) == 3


async def test_hints_all_day_cost_little() -> None:
    """Any local user may send them."""
    service = Service()
    service.fake.playback = playing(track("Day", duration_s=100_000), 0)

    async with service.running() as poller:
        for _ in range(3_600):
            poller.hint()
            await service.clock.advance(1)

    assert len(service.fake.looks) < 60 + 150
    assert all(b - a >= 1 for a, b in itertools.pairwise(service.fake.looks))


async def listen_to_the_end(service: Service, following: Playback) -> list[tuple[str, State, bool]]:
    """Play A to its end with somebody watching; return title, state, confirmed of each news."""
    service.viewers = 1
    service.fake.playback = playing(A, 150)
    async with service.running():
        await service.clock.advance(50)
        service.fake.playback = following
        await service.clock.advance(20)
    return [
        (news.item.title if news.item else "", news.state, news.confirmed)
        for news in service.news[1:]
    ]


async def test_the_next_item_is_shown_at_the_very_end() -> None:
    """Unconfirmed until a look agrees; one question to the queue."""
    service = Service()
    service.fake.queued = (B, C)

    news = await listen_to_the_end(service, playing(B, 0))

    assert news == [
        ("A", State.PLAYING, True),
        ("B", State.PLAYING, False),
        ("B", State.PLAYING, True),
    ]
    assert len(service.fake.queue_asked) == 1


async def test_a_wrong_guess_is_corrected_by_the_look_that_follows() -> None:
    """Within two seconds."""
    service = Service()
    service.fake.queued = (C,)

    news = await listen_to_the_end(service, playing(B, 0))

    assert news == [
        ("A", State.PLAYING, True),
        ("C", State.PLAYING, False),
        ("B", State.PLAYING, True),
    ]


async def test_only_what_a_look_has_shown_is_stored() -> None:
    """A guess never becomes the last played item."""
    plays = FakePlays()
    service = Service(plays=plays)
    service.fake.queued = (C,)
    kept = []

    service.viewers = 1
    service.fake.playback = playing(A, 150)
    async with service.running() as poller:
        await service.clock.advance(50.5)
        shown = poller.snapshot.item
        kept.append(plays.kept)

    assert shown == C
    assert kept[0] is not None
    assert kept[0].item == A


async def test_look_ahead_can_be_switched_off() -> None:
    """Some prefer late to wrong."""
    service = Service(pace=Pace(look_ahead=False))
    service.fake.queued = (B,)

    news = await listen_to_the_end(service, playing(B, 0))

    assert [confirmed for _, _, confirmed in news] == [True, True]
    assert service.fake.queue_asked == []


@pytest.mark.parametrize("error", [Refused(RefusedReason.SCOPE), RateLimited(7.0, is_quota=False)])
async def test_a_refused_queue_does_no_harm(error: TonearmError) -> None:
    """Health stays, the end is looked for as ever, and the queue is left alone."""
    service = Service()
    service.fake.queued = error

    news = await listen_to_the_end(service, playing(B, 0))

    assert news == [("A", State.PLAYING, True), ("B", State.PLAYING, True)]
    assert service.poller.snapshot.health == "ok"


async def test_nobody_watching_asks_no_queue() -> None:
    """Nobody would see the guess."""
    service = Service()
    service.fake.playback = playing(A, 150)
    service.fake.queued = (B,)

    async with service.running():
        await service.clock.advance(60)

    assert service.fake.queue_asked == []


async def test_a_crossfade_is_learned_and_kept() -> None:
    """After some items that ended six seconds early, the next one is expected to."""
    clock, store = FakeClock(), FakeLedgerStore()
    service = Service(clock=clock, ledger=Ledger(store=store, clock=clock, setting=10_000))
    service.viewers = 1

    async with service.running():
        for number in range(6):
            service.fake.playback = playing(track(f"T{number}"), 0)
            await clock.advance(194)
    ledger = Ledger(store=store, clock=clock, setting=10_000)
    await ledger.load()

    assert ledger.endings.early_s == pytest.approx(6.0, abs=0.5)


async def looks_of_a_day(*, reads_each_s: float | None) -> int:
    """Return what a silent day costs, nobody watching but a bot that reads now and then."""
    service = Service()
    async with service.running() as poller:
        if reads_each_s is None:
            await service.clock.advance(DAY_S)
        else:
            service.has_readers = True
            for _ in range(int(DAY_S / reads_each_s)):
                poller.viewer_arrived()
                await service.clock.advance(reads_each_s)
    return len(service.fake.looks)


async def test_a_bot_that_reads_all_day_costs_little() -> None:
    """Once a minute: at most 15 % more than nobody."""
    nobody = await looks_of_a_day(reads_each_s=None)

    bot = await looks_of_a_day(reads_each_s=60)

    assert nobody <= bot <= 1.15 * nobody


async def test_a_ceiling_that_is_reached_is_told() -> None:
    """Nothing is asked any more, and nobody takes what is shown for fresh."""
    clock = FakeClock()
    ledger = Ledger(store=FakeLedgerStore(), clock=clock, setting=20)
    service = Service(clock=clock, ledger=ledger)
    service.fake.playback = playing(LONG, 100)

    async with service.running() as poller:
        for _ in range(20):
            await ledger.count(Endpoint.PLAYER)
        await clock.advance(40)

        assert (poller.snapshot.health, poller.next_look.why) == (Health.STALE, Why.BUDGET)
