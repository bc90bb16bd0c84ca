"""What the fault tests share: an owner's machine, and an ear for secrets at DEBUG."""

import logging
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from installed import CLIENT_SECRET, SECRETS, Home

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import Authorization, RegisteredApp
from tonearm.poller.simulated.http import serve
from tonearm.poller.simulated.listener import Listener

# What the processes are searched for, and the tokens of the token server in tests/fakes.
CANARIES = re.compile(rf"{SECRETS.pattern}|(access|refresh)-\d")


def _can_mount() -> bool:
    with TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tonearm-test", folder]
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return False
        subprocess.run(["umount", folder], check=True)
        return True


CAN_MOUNT = _can_mount()
collect_ignore = [] if CAN_MOUNT else ["test_disk.py"]


def pytest_report_collectionfinish() -> list[str]:
    """Say in one line what was left out where nobody may mount a disk."""
    if CAN_MOUNT:
        return []
    return ["only root may mount a disk that is full or read-only: left out tests/faults/test_disk"]


@pytest.fixture(autouse=True)
def no_secret_said(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Fail a test in which a token or the client secret was logged or printed at DEBUG."""
    caplog.set_level(logging.DEBUG)
    yield
    said = "".join([*capsys.readouterr(), caplog.text])
    assert not CANARIES.findall(said), "a secret was written"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Yield a directory in memory where there is one: a real disk would be worn out by us."""
    shared_memory = Path("/dev/shm")
    with TemporaryDirectory(dir=shared_memory if shared_memory.is_dir() else tmp_path) as path:
        yield Path(path)


@pytest.fixture
def clock() -> SystemClock:
    """Return the clock that the account, the service and the tests share."""
    return SystemClock()


@pytest.fixture
def spotify(clock: SystemClock) -> Account:
    """An account that knows at once what its listener does."""
    return Account(
        listener=Listener(epoch_s=clock.now() - clock.monotonic(), chance=Random(1).random),
        authorization=Authorization(app=RegisteredApp(client_secret=CLIENT_SECRET)),
    )


@pytest.fixture
async def home(tmp_path: Path, spotify: Account, clock: SystemClock) -> AsyncIterator[Home]:
    """Yield a machine whose tonearm asks the simulated account."""
    async with serve(spotify, clock=clock) as url:
        yield Home(path=tmp_path, spotify_url=url, client_id=spotify.authorization.app.client_id)
