"""What systemd hears from the whole service, from its start to its end."""

import re
from collections.abc import Iterator

import pytest
from installed import Home, log_in, service
from supervisor import Supervisor, supervising


@pytest.fixture
def systemd(home: Home) -> Iterator[Supervisor]:
    """Listen to what is started at home; its watchdog bites after 3 s."""
    with supervising() as supervisor:
        home.variables |= {"NOTIFY_SOCKET": supervisor.address, "WATCHDOG_USEC": "3000000"}
        yield supervisor


async def test_service_is_ready_without_a_login_and_says_what_it_needs(
    home: Home, systemd: Supervisor
) -> None:
    """Whoever waits for the start must not wait for the owner: it serves, and is well."""
    async with service(home):
        await systemd.hears("READY=1")

        assert "tonearm login" in await systemd.hears("STATUS=")
        await systemd.hears("WATCHDOG=1")


async def test_status_tells_of_a_login_and_the_days_it_lasts(
    home: Home, systemd: Supervisor
) -> None:
    """It is told with the next feed."""
    async with service(home):
        await systemd.hears("STATUS=")
        del home.variables["NOTIFY_SOCKET"]  # the command is nobody's service

        await log_in(home)

        assert re.fullmatch(r"STATUS=\w+; 1\d\d days of login left", await systemd.hears("days of"))


async def test_service_says_that_it_stops(home: Home, systemd: Supervisor) -> None:
    """It is the last that it says, and its end is a good one."""
    async with service(home) as running:
        await systemd.hears("READY=1")

        assert await running.stop() == 0

        await systemd.hears("STOPPING=1")
        assert systemd.told[-2:] == ["STOPPING=1", "STATUS=stopping"]
