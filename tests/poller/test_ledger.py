"""The ledger over restarts, kills and clocks that jump: it forgets no call."""

import pytest
from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore

from tonearm.poller.calls import Endpoint
from tonearm.poller.endings import Endings
from tonearm.poller.errors import RateLimited
from tonearm.poller.ledger import BLOCK_CALLS, Ledger

DAY_S = 86_400.0
QUOTA = RateLimited(79_892.0, is_quota=True)


async def opened(store: FakeLedgerStore, clock: FakeClock, setting: int = 1_000) -> Ledger:
    """Return the ledger as a new process opens it."""
    ledger = Ledger(store=store, clock=clock, setting=setting)
    await ledger.load()
    return ledger


async def call(ledger: Ledger, clock: FakeClock, times: int, each_s: float = 10.0) -> None:
    """Make so many calls, one after the other."""
    for _ in range(times):
        await ledger.count(Endpoint.PLAYER)
        await clock.advance(each_s)


async def test_usage_tells_what_was_used_and_what_may_be() -> None:
    """The owner reads it in the status."""
    clock = FakeClock()
    ledger = await opened(FakeLedgerStore(), clock)
    await call(ledger, clock, 5)
    await ledger.count(Endpoint.TOKEN)

    usage = ledger.usage

    assert (usage.last_24h, usage.ceiling, usage.setting) == (6, 1_000, 1_000)
    assert usage.by_endpoint == {Endpoint.PLAYER: 5, Endpoint.TOKEN: 1}
    assert (usage.learned, usage.learned_burst) == (None, None)


@pytest.mark.parametrize("calls", [1, BLOCK_CALLS, BLOCK_CALLS + 1, 100])
async def test_a_kill_forgets_no_call(calls: int) -> None:
    """At worst some count that were reserved and never made."""
    clock, store = FakeClock(), FakeLedgerStore()
    await call(await opened(store, clock), clock, calls)

    usage = (await opened(store, clock)).usage

    assert calls <= usage.last_24h <= calls + BLOCK_CALLS


async def test_calls_before_a_kill_count_for_a_full_day_after_it() -> None:
    """When they were made is not known, so they may have been made just then."""
    clock, store = FakeClock(), FakeLedgerStore()
    await call(await opened(store, clock), clock, 5, each_s=600.0)

    ledger = await opened(store, clock)
    await clock.advance(DAY_S)

    assert ledger.usage.last_24h >= 5


async def test_many_kills_in_a_row_forget_no_call() -> None:
    """A crash loop is when it matters."""
    clock, store, made = FakeClock(), FakeLedgerStore(), 0
    for _ in range(30):
        await call(await opened(store, clock), clock, 3)
        made += 3

    assert (await opened(store, clock)).usage.last_24h >= made


async def test_a_stop_counts_exactly() -> None:
    """Who restarts for an update loses nothing."""
    clock, store = FakeClock(), FakeLedgerStore()
    ledger = await opened(store, clock)
    await call(ledger, clock, 11)
    await ledger.close()

    assert (await opened(store, clock)).usage.last_24h == 11


@pytest.mark.parametrize("years", [-10, 10])
async def test_a_wall_clock_that_jumps_changes_nothing(years: int) -> None:
    """Within one boot only the monotonic clock counts, over a restart of the service too."""
    clock, store = FakeClock(), FakeLedgerStore()
    ledger = await opened(store, clock)
    await call(ledger, clock, 20)
    await ledger.refused(QUOTA)
    before = ledger.usage
    await ledger.close()

    clock.step_wall(years * 365 * DAY_S)

    assert ledger.usage == before
    assert (await opened(store, clock)).usage == before


async def test_calls_outlive_the_boot() -> None:
    """The wall clock tells how long ago they were."""
    clock, store = FakeClock(), FakeLedgerStore()
    ledger = await opened(store, clock)
    await call(ledger, clock, 20)
    await ledger.close()
    clock.reboot()

    ledger = await opened(store, clock)
    soon = ledger.usage.last_24h
    await clock.advance(DAY_S + 300)

    assert (soon, ledger.usage.last_24h) == (20, 0)


async def test_the_ceiling_is_never_exceeded() -> None:
    """Whatever is asked for, in any 24 hours."""
    clock = FakeClock()
    ledger = await opened(FakeLedgerStore(), clock, setting=50)
    most = 0
    for _ in range(3_000):
        if ledger.rations_until_s is None:
            await ledger.count(Endpoint.PLAYER)
        most = max(most, ledger.usage.last_24h)
        await clock.advance(60)

    assert 40 <= most <= 50


async def test_a_lesson_outlives_the_process() -> None:
    """One lock-out is enough."""
    clock, store = FakeClock(), FakeLedgerStore()
    ledger = await opened(store, clock)
    await call(ledger, clock, 600)
    await ledger.refused(QUOTA)

    learned = (await opened(store, clock)).usage.learned

    assert learned == ledger.usage.learned
    assert learned is not None


async def test_a_refusal_after_a_refusal_teaches_nothing() -> None:
    """At the end of a lock-out the count is low, and says nothing of the ceiling."""
    clock = FakeClock()
    ledger = await opened(FakeLedgerStore(), clock)
    await call(ledger, clock, 600)
    await ledger.refused(QUOTA)
    before = ledger.usage.learned
    await clock.advance(2 * DAY_S)

    await ledger.refused(QUOTA)

    assert ledger.usage.learned == before


async def test_how_items_end_outlives_the_process() -> None:
    """Crossfade is a setting one chooses once."""
    clock, store = FakeClock(), FakeLedgerStore()
    await (await opened(store, clock)).keep_endings(Endings(recent_s=(6.0, 6.1)))

    assert (await opened(store, clock)).endings.early_s == pytest.approx(6.05)


async def test_an_idle_day_causes_few_commits() -> None:
    """A look each five minutes and a token each hour, on a memory card."""
    clock, store = FakeClock(), FakeLedgerStore()
    ledger = await opened(store, clock)
    for number in range(288):
        await ledger.count(Endpoint.PLAYER)
        if number % 12 == 0:
            await ledger.count(Endpoint.TOKEN)
        await clock.advance(300)

    assert store.commits <= 60


async def test_old_blocks_are_dropped() -> None:
    """The file does not grow."""
    clock, store = FakeClock(), FakeLedgerStore()
    ledger = await opened(store, clock)
    await call(ledger, clock, 3_000, each_s=300.0)

    assert len(store.kept) < 150


async def test_a_broken_disk_does_not_stop_the_counting() -> None:
    """Neither a read nor a write that fails may cost the service."""
    clock, store = FakeClock(), FakeLedgerStore()
    store.is_broken = True

    ledger = await opened(store, clock)
    await call(ledger, clock, 20)
    await ledger.refused(QUOTA)
    await ledger.close()

    assert ledger.usage.last_24h == 20
