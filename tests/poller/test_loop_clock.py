"""Clocks that jump and restarts in a lock-out: no early, late or missing look."""

import pytest
from fake_gatekeepers import FakeCooldowns
from observations import playing, track
from running_poller import Service
from spotify_line import NOTHING, Line, too_many

from tonearm.poller.errors import RateLimited

LONG = track("Long", duration_s=30_000)
TEN_YEARS_S = 10 * 365 * 86_400.0
LOCK_OUT_S = 79_892.0


@pytest.mark.parametrize("jump_s", [-TEN_YEARS_S, TEN_YEARS_S])
async def test_looks_keep_their_pace_when_the_wall_clock_jumps(jump_s: float) -> None:
    """A Pi without a battery finds out the time some minutes after boot."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(LONG, 100)

    async with service.running():
        await service.clock.advance(60)
        service.clock.step_wall(jump_s)
        service.fake.looks.clear()
        await service.clock.advance(60)

    assert len(service.fake.looks) == 12


@pytest.mark.parametrize("jump_s", [0.0, -TEN_YEARS_S, TEN_YEARS_S])
async def test_a_restart_in_a_lock_out_asks_nothing_before_its_end(jump_s: float) -> None:
    """Nor much later, whatever the wall clock did within this boot."""
    cooldowns = FakeCooldowns()
    before = Line(too_many(str(LOCK_OUT_S), "QUOTA_EXCEEDED"), cooldowns=cooldowns)
    with pytest.raises(RateLimited):
        await before.spotify.look()
    await before.clock.advance(LOCK_OUT_S / 2)
    before.clock.step_wall(jump_s)

    after = Line(*[NOTHING] * 3, cooldowns=cooldowns, clock=before.clock)
    await after.spotify.load()
    service = Service(clock=before.clock, spotify=after.spotify)
    async with service.running():
        await before.clock.advance(LOCK_OUT_S / 2 - 1)
        early = len(after.transport.requests)
        await before.clock.advance(3)

    assert early == 0
    assert len(after.transport.requests) >= 1
