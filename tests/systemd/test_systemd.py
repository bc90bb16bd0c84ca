"""The filled-in unit, as systemd's own tools judge it, and its start command at work.

What only a booted systemd can show (users, restarts, the sandbox at work) is a procedure by hand in
docs/pi.md.
"""

import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from installed import Home, program
from pi import SETTINGS, Pi
from supervisor import supervising

from tonearm.server.configuration.credential import CALLED

MOST_EXPOSURE = 12  # in tenths
CLIENT_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def unit_file(fresh: Pi, tmp_path: Path) -> Path:
    """The filled-in unit, for systemd's own tools; they have to be there."""
    assert shutil.which("systemd-analyze"), (
        "The unit cannot be examined without systemd-analyze: it is in Debian's package systemd."
    )
    path = tmp_path / "tonearm.service"
    path.write_text(fresh.unit, "utf-8")
    return path


def test_systemd_finds_no_fault_in_the_unit(unit_file: Path) -> None:
    """No unknown line, no value it would ignore, no program that is not there."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit_file],
        capture_output=True,
        text=True,
        check=False,
    )

    said = [line for line in done.stderr.splitlines() if unit_file.name in line]
    assert (done.returncode, said) == (0, [])


def test_exposure_of_the_unit_is_low(unit_file: Path, tell: Callable[[str], None]) -> None:
    """By systemd's own count, in which most services that people run have 9 of 10."""
    done = subprocess.run(
        [
            *("systemd-analyze", "security", "--no-pager", "--offline=true"),
            *(f"--threshold={MOST_EXPOSURE}", unit_file),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    tell(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "WatchdogSec=60",
        "RestartPreventExitStatus=78",
        "RuntimeDirectoryMode=0755",
        "StateDirectoryMode=0700",
        "LimitNOFILE=16384",
        "MemoryMax=384M",
        "NoExecPaths=/ /var/lib/tonearm /run/tonearm /tmp /var/tmp /dev/shm",
    ],
)
def test_unit_says_what_the_service_relies_on(fresh: Pi, line: str) -> None:
    """systemd-analyze would not miss one of these."""
    assert line in fresh.unit.splitlines()


@pytest.mark.parametrize("key", CALLED)
def test_every_secret_may_be_a_file_of_roots_and_none_has_to(fresh: Pi, key: str) -> None:
    """A credential that is not there would stop the unit, but for a blank line in its place."""
    name = key.partition(".")[2]

    lines = fresh.unit.splitlines()

    assert f"LoadCredential={name}:/etc/tonearm/{name}" in lines
    assert rf"SetCredential={name}:\n" in lines


def test_players_can_get_at_the_hint_socket(fresh: Pi) -> None:
    """With a dynamic user and a kept runtime directory, systemd would close it to all but root."""
    assert [line for line in fresh.unit.splitlines() if line.startswith("DynamicUser=")] == []


async def test_start_command_of_the_unit_runs_the_service(pi: Pi, tmp_path: Path) -> None:
    """The very line, as a process of its own that systemd would wait for."""
    venv = Path(pi.start_command[0]).parents[1]
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    settings = pi.at(SETTINGS)
    owner = Home(path=tmp_path, spotify_url="http://127.0.0.1:9", client_id=CLIENT_ID)
    command = [str(settings) if part.startswith("/etc/") else part for part in pi.start_command]

    with supervising() as systemd:
        owner.variables["NOTIFY_SOCKET"] = systemd.address
        async with program(owner, command=command) as service:
            await systemd.hears("READY=1")
            code = await service.stop()

    assert code == 0
