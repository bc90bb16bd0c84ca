"""A month of the real poller in seconds: it stays within its budget and does not grow."""

import gc
import random

from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore
from observations import STOPPED, playing, track
from running_poller import Service

from tonearm.poller.errors import ServerTrouble
from tonearm.poller.ledger import Ledger

DAYS = 30
DAYS_SOAK = 180
HOUR_S = 3_600.0


async def live_a_day(service: Service, source: random.Random) -> None:
    """Listen for four hours with visits, then nothing; Spotify fails now and then."""
    for number in range(72):
        service.fake.playback = playing(track(f"T{number}"), 0)
        service.viewers = int(source.random() < 0.3)
        service.poller.viewer_arrived()
        service.fake.error = ServerTrouble(503) if source.random() < 0.02 else None
        await service.clock.advance(200)
    service.fake.error, service.viewers, service.fake.playback = None, 0, STOPPED
    await service.clock.advance(20 * HOUR_S)
    service.emitted.clear()
    service.fake.looks.clear()
    service.fake.queue_asked.clear()


async def test_a_month_stays_within_its_budget_and_its_memory(*, is_soak: bool) -> None:
    """Neither calls nor objects pile up; in the long run for half a year."""
    clock, store, source = FakeClock(), FakeLedgerStore(), random.Random(3)
    ledger = Ledger(store=store, clock=clock, setting=1_000)
    service = Service(clock=clock, ledger=ledger)
    counts, used = [], []

    async with service.running():
        for _ in range(DAYS_SOAK if is_soak else DAYS):
            await live_a_day(service, source)
            gc.collect()
            counts.append(len(gc.get_objects()))
            used.append(ledger.usage.last_24h)

    assert max(used) <= 1_000
    assert counts[-1] < counts[4] * 1.02
    assert len(store.kept) < 250
