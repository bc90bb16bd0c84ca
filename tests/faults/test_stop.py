"""SIGTERM at any instant: the service ends at once and in good order, whatever it is doing."""

import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from chaos_proxy import Chaos, ChaosProxy
from installed import Home, log_in, program, service
from watching import watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.music import Album, track

STOPS = 8
STOPS_SOAK = 300
AT_ONCE_S = 2.0
WITH_A_TOKEN_REQUEST_S = 16.0
BEFORE_ANYTHING = -signal.SIGTERM
LONG = track("Side One", Album(name="Test Pressing", cover="dusk", by=("A",)), duration_s=36_000)

# Python reads this module at its start: names are then looked up by a router that is dead.
DEAD_RESOLVER = """
import socket, time
real = socket.getaddrinfo
def getaddrinfo(host, *rest, **named):
    if host == "spotify.invalid":
        open("asked", "w").close()
        time.sleep(30)
    return real(host, *rest, **named)
socket.getaddrinfo = getaddrinfo
"""


@pytest.fixture
async def known(home: Home, spotify: Account, clock: SystemClock) -> Home:
    """A machine with a login, where something plays."""
    await log_in(home)
    spotify.player.play([LONG], clock.monotonic() - 10)
    return home


async def test_the_service_ends_at_once_at_any_instant(
    known: Home, spotify: Account, clock: SystemClock, *, is_soak: bool
) -> None:
    """From its first breath on; every other start has to refresh its token.

    In the long run some of those requests are never answered: they are waited for, not for ever.
    """
    chance = random.Random(15)

    for number in range(STOPS_SOAK if is_soak else STOPS):
        is_hanging = number % 60 == 59
        if number % 2:
            spotify.revoke_access()
        if is_hanging:
            spotify.faults.next(Endpoint.TOKEN, faults.unanswered())
        async with program(known, "run") as started:
            if number % 4:
                await started.line_with("http://")
                await clock.sleep(chance.uniform(0, 0.3))
            else:
                await clock.sleep(chance.uniform(0, 0.8))
            began_s = clock.monotonic()
            code = await started.stop()
            took_s = clock.monotonic() - began_s
            assert code == 0 or (code == BEFORE_ANYTHING and not started.output)
            assert took_s < (WITH_A_TOKEN_REQUEST_S if is_hanging else AT_ONCE_S)


async def test_the_service_ends_at_once_while_a_look_hangs(
    known: Home, spotify: Account, clock: SystemClock
) -> None:
    """Nothing is lost with a look, so nobody waits for it."""
    spotify.faults.always(Endpoint.PLAYER, faults.unanswered())
    async with program(known, "run") as started:
        line = await started.line_with("http://")
        async with watcher(line[line.index("http://") :].split()[0]):
            began_s = clock.monotonic()
            assert await started.stop() == 0

    assert clock.monotonic() - began_s < AT_ONCE_S


async def test_the_service_ends_at_once_while_a_name_is_looked_up(
    known: Home, clock: SystemClock
) -> None:
    """The C library cannot be interrupted; its thread must not keep the process."""
    known.variables |= {
        "PYTHONPATH": str(known.path),
        "TONEARM_SPOTIFY_API_URL": "https://spotify.invalid/v1",
    }
    write(known.path / "sitecustomize.py", DEAD_RESOLVER)
    async with program(known, "run") as started:
        await started.line_with("http://")
        while not is_there(known.path / "asked"):
            await clock.sleep(0.01)
        began_s = clock.monotonic()
        assert await started.stop() == 0

    assert clock.monotonic() - began_s < AT_ONCE_S


def write(file: Path, text: str) -> None:
    """Put a file there."""
    file.write_text(text, "utf-8")


def is_there(file: Path) -> bool:
    """Tell whether there is such a file."""
    return file.exists()


async def test_a_token_request_may_end_before_the_service_does(
    known: Home, spotify: Account, clock: SystemClock
) -> None:
    """Its answer holds the only refresh token there is: the next start has it."""
    spotify.authorization.grants.rotation = Rotation.STRICT
    spotify.revoke_access()
    asked = spotify.count(Endpoint.TOKEN)
    proxy = ChaosProxy(known.spotify_url)
    proxy.become(Chaos(delay_s=0.5))
    async with proxy.serve() as url, program(replace(known, spotify_url=url), "run") as started:
        await started.line_with("http://")
        await until_asked(spotify, asked, clock)
        assert await started.stop() == 0

    async with service(known) as running, watcher(running.url) as viewer:
        await viewer.shows(LONG.title)
        assert viewer.newest["health"] == "ok"


async def until_asked(spotify: Account, asked: int, clock: SystemClock) -> None:
    """Wait for another token request."""
    while spotify.count(Endpoint.TOKEN) == asked:
        await clock.sleep(0.01)
