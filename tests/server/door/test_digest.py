"""The digest: strangers may fill a counter, but not the log."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator

import structlog
from fake_clock import FakeClock

from tonearm.server.door.digest import PAUSE_S, SOON_S, Digest

STRANGER = ipaddress.ip_address("203.0.113.7")


@contextlib.asynccontextmanager
async def running(clock: FakeClock) -> AsyncIterator[Digest]:
    """Yield a digest that logs until the end of the context."""
    digest = Digest(clock)
    task = asyncio.create_task(digest.run())
    yield digest
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_thousand_events_are_one_line_within_a_second() -> None:
    """It tells how many at once, and from where without telling who."""
    clock = FakeClock()

    with structlog.testing.capture_logs() as logged:
        async with running(clock) as digest:
            for _ in range(1_000):
                digest.note("requests_too_fast", STRANGER)
            await clock.advance(SOON_S)

    assert logged == [
        {
            "event": "requests_too_fast",
            "count": 1_000,
            "some_from": ["203.0.113.0/24"],
            "log_level": "info",
        }
    ]


async def test_a_day_of_attack_is_a_line_a_minute_for_each_kind() -> None:
    """1,440 minutes, two kinds, one event of each a second."""
    clock = FakeClock()

    with structlog.testing.capture_logs() as logged:
        async with running(clock) as digest:
            for _ in range(86_400):
                digest.note("requests_too_fast", STRANGER)
                digest.note("silent_callers_dropped")
                await clock.advance(1.0)

    for kind in ("requests_too_fast", "silent_callers_dropped"):
        counts = [line["count"] for line in logged if line["event"] == kind]
        assert len(counts) <= 86_400 / PAUSE_S
        assert sum(counts) == 86_400


async def test_a_botnet_is_named_by_a_few_of_its_places() -> None:
    """A line stays a line."""
    clock = FakeClock()

    with structlog.testing.capture_logs() as logged:
        async with running(clock) as digest:
            for number in range(500):
                digest.note("connections_too_fast", ipaddress.ip_address(number << 16))
            await clock.advance(SOON_S)

    assert len(logged[0]["some_from"]) == 3


async def test_what_is_left_is_told_at_the_end() -> None:
    """A stop loses no count."""
    clock = FakeClock()

    with structlog.testing.capture_logs() as logged:
        async with running(clock) as digest:
            digest.note("handshakes_failed")
            await clock.settle()

    assert [(line["event"], line["count"]) for line in logged] == [("handshakes_failed", 1)]


async def test_nothing_wakes_while_nothing_happens() -> None:
    """An idle house burns no power."""
    clock = FakeClock()

    async with running(clock):
        await clock.settle()

        assert not clock._sleepers
