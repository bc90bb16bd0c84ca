"""kill -9 of the whole service, again and again, while its tokens are being refreshed."""

import random
import signal

import pytest
from installed import Home, log_in, program
from watching import watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.music import Album, track

KILLS = 8
KILLS_SOAK = 200
LONG = track("Side One", Album(name="Test Pressing", cover="dusk", by=("A",)), duration_s=36_000)


@pytest.mark.parametrize("rotation", [Rotation.NONE, Rotation.GRACE])
async def test_a_killed_service_never_loses_the_login(
    home: Home, spotify: Account, clock: SystemClock, rotation: Rotation, *, is_soak: bool
) -> None:
    """Each start needs a new access token at once; each kill comes at a random instant of it."""
    spotify.authorization.grants.rotation = rotation
    chance = random.Random(rotation)
    spotify.player.play([LONG], clock.monotonic() - 10)
    await log_in(home)
    refreshes = spotify.count(Endpoint.TOKEN)

    for _ in range(KILLS_SOAK if is_soak else KILLS):
        spotify.revoke_access()
        async with program(home, "run") as started:
            await started.line_with("http://")
            # The refresh follows within a few tens of milliseconds.
            await clock.sleep(chance.uniform(0, 0.06))
            assert await started.stop(signal.SIGKILL) == -signal.SIGKILL

    assert spotify.count(Endpoint.TOKEN) > refreshes
    async with program(home, "run") as started:
        line = await started.line_with("http://")
        async with watcher(line[line.index("http://") :].split()[0]) as viewer:
            await viewer.shows(LONG.title)
            assert viewer.newest["health"] == "ok"
