"""Clocks that lie and machines that sleep: the poller goes by what cannot be set."""

from fake_clock import FakeClock
from observations import playing, track
from running_poller import Service

LONG = track("Long", duration_s=100_000)
TEN_YEARS_S = 10 * 365 * 86_400.0
NIGHT_S = 8 * 3_600.0
SLICE_S = 30.0
"""Waits are cut into pieces of this length, so that none outlives a night by more."""


class Laptop(FakeClock):
    """A clock that goes on while its machine is suspended and wakes nobody."""

    def suspend(self, for_s: float) -> None:
        self._move_to(self.monotonic() + for_s)
        self._sleepers = [(due_s + for_s, *rest) for due_s, *rest in self._sleepers]  # type: ignore[misc]


async def test_a_look_comes_soon_after_the_machine_wakes_up() -> None:
    """What plays in the morning is not last night's news."""
    clock = Laptop()
    service = Service(clock=clock)
    service.fake.playback = playing(LONG, 100)

    async with service.running():
        await clock.advance(120)
        clock.suspend(NIGHT_S)
        service.fake.looks.clear()
        await clock.advance(SLICE_S)

    assert len(service.fake.looks) == 1


async def test_a_clock_that_never_stops_jumping_costs_no_look() -> None:
    """Ten years on, ten years back, every minute for an hour."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(LONG, 100)

    async with service.running():
        await service.clock.advance(60)
        service.fake.looks.clear()
        for minute in range(60):
            service.clock.step_wall(TEN_YEARS_S if minute % 2 else -TEN_YEARS_S)
            await service.clock.advance(60)

    assert len(service.fake.looks) == 60 * 12
    assert {snapshot.health for snapshot in service.emitted} == {"ok"}
