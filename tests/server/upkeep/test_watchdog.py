"""When the watchdog is fed, when it is not, and which words go along."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_spotify import FakeSpotify
from running_poller import Service
from structlog.testing import capture_logs

from tonearm.poller.clock import Clock, SystemClock
from tonearm.poller.errors import LoginNeeded, Unreachable
from tonearm.poller.playback import Health, Observation, State
from tonearm.server.owner.control_messages import Login
from tonearm.server.upkeep import watchdog
from tonearm.server.upkeep.notify import Supervisor

PERIOD_S = 60.0
HOUR_S = 3600.0
LOGIN = Login(valid_until=0, days_left=41, account="Ann")


@dataclass(frozen=True, kw_only=True)
class Listener(Supervisor):
    """A supervisor that keeps what it is told, with the instant."""

    clock: FakeClock
    address: str | None = "listening"
    watchdog_s: float | None = PERIOD_S
    told: list[tuple[float, str]] = field(default_factory=list)

    def tell(self, *assignments: str) -> None:
        self.told.extend((self.clock.monotonic(), line) for line in assignments)

    @property
    def feeds(self) -> list[float]:
        """When it was told that we live."""
        return [at_s for at_s, line in self.told if line == "WATCHDOG=1"]

    @property
    def words(self) -> list[str]:
        return [line for _, line in self.told if line.startswith("STATUS=")]

    @property
    def longest_silence_s(self) -> float:
        """How long it had to wait for a sign of life, until now."""
        ends = [*self.feeds, self.clock.monotonic()]
        return max(later - earlier for earlier, later in itertools.pairwise(ends))


@contextlib.asynccontextmanager
async def reporting(
    supervisor: Supervisor,
    *,
    turned_s: Callable[[], float],
    words: Callable[[], str] = lambda: "fine",
    clock: Clock,
) -> AsyncIterator[None]:
    """Report to ``supervisor`` for as long as the context lasts."""
    task = asyncio.create_task(
        watchdog.report(supervisor, turned_s=turned_s, words=words, clock=clock)
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


class Stuck(FakeSpotify):
    """A Spotify whose first look never ends."""

    async def look(self) -> Observation:
        await asyncio.Event().wait()
        raise AssertionError


async def cooling_down(service: Service) -> None:
    """Spotify asked to be left alone for 20 hours."""
    service.fake.cooldown_until_s = service.clock.monotonic() + 20 * HOUR_S


async def login_needed(service: Service) -> None:
    """There is no grant."""
    service.fake.error = LoginNeeded()


async def offline(service: Service) -> None:
    """Spotify does not answer, whenever it is asked."""
    service.fake.error = Unreachable("timeout")


async def incognito(service: Service) -> None:
    """The owner went incognito, for as long as it pleases."""
    await service.poller.go_incognito(None)


async def idle(service: Service) -> None:
    """Nothing plays and nobody watches."""


@pytest.mark.parametrize("befalls", [cooling_down, login_needed, offline, incognito, idle])
async def test_watchdog_is_fed_all_along_whatever_the_poller_waits_for(
    befalls: Callable[[Service], Awaitable[None]],
) -> None:
    """Twenty hours of waiting are no reason for a restart."""
    service = Service()
    listener = Listener(clock=service.clock)
    await befalls(service)

    async with (
        service.running() as poller,
        reporting(listener, turned_s=lambda: poller.turned_s, clock=service.clock),
    ):
        await service.clock.advance(20 * HOUR_S)

    assert len(listener.feeds) == 20 * HOUR_S / PERIOD_S * watchdog.FEEDS_PER_PERIOD + 1
    assert listener.longest_silence_s <= PERIOD_S / watchdog.FEEDS_PER_PERIOD


async def test_watchdog_is_not_fed_for_a_poller_that_is_stuck() -> None:
    """The loop turns and pages are served, but nothing will ever be news again: end it."""
    clock = FakeClock()
    service = Service(clock=clock, spotify=Stuck(clock))
    listener = Listener(clock=clock)

    with capture_logs() as logs:
        async with (
            service.running() as poller,
            reporting(listener, turned_s=lambda: poller.turned_s, clock=clock),
        ):
            await clock.advance(HOUR_S)

    began_s = listener.feeds[0]
    assert 60.0 <= listener.feeds[-1] - began_s <= 90.0  # a look and a refresh may take a minute
    assert listener.longest_silence_s > PERIOD_S
    assert [entry["event"] for entry in logs].count("poller_stuck") == 1


async def test_watchdog_starves_while_the_loop_is_blocked(tmp_path: Path) -> None:
    """No thread feeds it behind the loop's back."""
    clock = SystemClock()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.setblocking(False)
        supervisor = Supervisor(address=str(tmp_path / "notify"), watchdog_s=0.03)
        async with reporting(supervisor, turned_s=clock.monotonic, clock=clock):
            for _ in range(3):
                await asyncio.get_running_loop().sock_recv(heard, 1000)
            with contextlib.suppress(BlockingIOError):
                while heard.recv(1000):
                    pass

            heard.settimeout(0.3)
            with pytest.raises(TimeoutError):
                heard.recv(1000)  # a call that blocks, as a bad one in the service would

            heard.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(heard, 1000) == b"WATCHDOG=1"


async def test_machine_that_slept_is_fed_again_before_it_is_ended() -> None:
    """After a suspension the poller's last turn is hours old until its wait ends, 30 s at most."""
    clock = FakeClock()
    listener = Listener(clock=clock)
    turned_s = clock.monotonic()

    async with reporting(listener, turned_s=lambda: turned_s, clock=clock):
        await clock.advance(1)
        turned_s -= 8 * HOUR_S
        await clock.advance(30)
        turned_s = clock.monotonic()
        await clock.advance(PERIOD_S)

    assert len(listener.feeds) > 2
    assert listener.longest_silence_s < PERIOD_S


async def test_nothing_runs_where_nobody_listens() -> None:
    """In a terminal there is nothing to wake for."""
    async with asyncio.timeout(5):
        await watchdog.report(
            Supervisor(), turned_s=lambda: 0.0, words=lambda: "fine", clock=FakeClock()
        )


async def test_words_are_told_again_only_when_they_change() -> None:
    """They travel with a feed; nothing wakes for their sake."""
    clock = FakeClock()
    listener = Listener(clock=clock)
    says = "idle"

    async with reporting(listener, turned_s=clock.monotonic, words=lambda: says, clock=clock):
        await clock.advance(HOUR_S)
        says = "playing"
        await clock.advance(HOUR_S)

    assert listener.words == ["STATUS=idle", "STATUS=playing"]


async def test_words_are_told_without_a_watchdog_too() -> None:
    """An owner may have switched it off."""
    clock = FakeClock()
    listener = Listener(clock=clock, watchdog_s=None)

    async with reporting(listener, turned_s=lambda: 0.0, clock=clock):
        await clock.advance(HOUR_S)

    assert [line for _, line in listener.told] == ["STATUS=fine"]


@pytest.mark.parametrize(
    ("health", "login", "words"),
    [
        (Health.OK, LOGIN, "playing; 41 days of login left"),
        (Health.LIMITED, LOGIN, "playing (limited); 41 days of login left"),
        (
            Health.LOGIN_NEEDED,
            None,
            "playing; Spotify needs your permission: sudo tonearm login --paste",
        ),
    ],
)
def test_words_say_how_it_is_and_how_long_the_login_lasts(
    health: Health, login: Login | None, words: str
) -> None:
    """One line, for `systemctl status`."""
    assert watchdog.status_words(State.PLAYING, health, login) == words
