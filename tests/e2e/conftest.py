"""A simulated account on a real port, and a home directory whose settings lead to it."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from installed import CLIENT_SECRET, Home

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import Authorization, RegisteredApp
from tonearm.poller.simulated.http import serve
from tonearm.poller.simulated.listener import Listener


@pytest.fixture
def clock() -> SystemClock:
    """Return the clock that the account, the service and the tests share."""
    return SystemClock()


@pytest.fixture
def spotify(clock: SystemClock) -> Account:
    """An account with the lag of the real one, where nothing plays yet."""
    return Account(
        listener=Listener(
            epoch_s=clock.now() - clock.monotonic(), lag_s=(0.3, 1.1), chance=Random(1).random
        ),
        authorization=Authorization(app=RegisteredApp(client_secret=CLIENT_SECRET)),
    )


@pytest.fixture
async def home(tmp_path: Path, spotify: Account, clock: SystemClock) -> AsyncIterator[Home]:
    """Yield a machine whose tonearm asks the simulated account."""
    async with serve(spotify, clock=clock) as url:
        yield Home(path=tmp_path, spotify_url=url, client_id=spotify.authorization.app.client_id)
