"""`tonearm check` on machines where something is wrong."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from fake_clock import FakeClock
from reports import report
from unprivileged import unprivileged

from tonearm.poller.playback import Health
from tonearm.server.console.check import examine
from tonearm.server.console.check_machine import WRITTEN_AT_S
from tonearm.server.console.findings import Finding, Verdict
from tonearm.server.owner import control
from tonearm.server.owner.control import answer
from tonearm.server.owner.control_messages import Report


class Machine:
    """A home directory with settings; ``check`` is the command on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock(wall_s=WRITTEN_AT_S + 86_400)
        self.variables = {
            "TONEARM_SERVER_LISTEN": "127.0.0.1:0",
            "TONEARM_SPOTIFY_REDIRECT_URI": "https://music.example.org/callback",
        }
        self.version = "0.1.0"

    def find_spotify_at(self, place: str) -> None:
        for name in ("API", "ACCOUNTS"):
            self.variables[f"TONEARM_SPOTIFY_{name}_URL"] = f"http://{place}"

    @property
    def state(self) -> Path:
        return self.folder / ".local/state/tonearm"

    @property
    def control(self) -> Path:
        return self.folder / "run" / "control.sock"

    async def check(self, config: Path | None = None) -> dict[str, Finding]:
        """Return the worst finding of each subject."""
        found = await examine(
            {
                "HOME": str(self.folder),
                "TONEARM_SPOTIFY_CLIENT_ID": "app",
                "TONEARM_CONTROL_SOCKET": str(self.control),
                **self.variables,
            },
            config=config,
            clock=self.clock,
            version=self.version,
        )
        order = list(Verdict)
        worst = sorted(found.findings, key=lambda finding: order.index(finding.verdict))
        return {finding.subject: finding for finding in worst}

    async def check_beside(self, told: Report) -> dict[str, Finding]:
        """Return the same while a service runs that reports this."""

        async def status(_request: web.Request) -> web.Response:
            return answer(told)

        app = control.application([web.get("/status", status)])
        async with control.listen(app, self.control):
            return await self.check()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Yield a machine where all is well, but for no service."""
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as spotify:
        made = Machine(tmp_path)
        made.find_spotify_at(f"127.0.0.1:{spotify.getsockname()[1]}")
        yield made


def make_state(machine: Machine, mode: int) -> None:
    """Make the state directory with this mode."""
    machine.state.mkdir(parents=True)
    machine.state.chmod(mode)


async def test_a_fresh_machine_fails_in_nothing(machine: Machine) -> None:
    """What is made at the first start is not missing."""
    found = await machine.check()

    assert [each.subject for each in found.values() if each.verdict is Verdict.FAILURE] == []
    assert "tonearm run" in found["Service"].said
    assert "will be made" in found["State"].said
    assert not machine.state.exists()


async def test_a_settings_file_that_does_not_exist_is_a_finding(machine: Machine) -> None:
    """And what can be looked at without it is looked at."""
    found = await machine.check(machine.folder / "none.toml")

    assert found["Settings"].verdict is Verdict.FAILURE
    assert "none.toml" in found["Settings"].said
    assert "not looked for" in found["Service"].said
    assert "Clock" in found


async def test_every_mistake_in_the_settings_is_a_finding(machine: Machine) -> None:
    """As at a start."""
    machine.variables["TONEARM_LOOK_WATCHED_S"] = "1"

    found = await machine.check()

    assert found["Settings"].verdict is Verdict.FAILURE
    assert "look.watched_s" in found["Settings"].said


async def test_an_open_state_directory_comes_with_its_remedy(machine: Machine) -> None:
    """Tokens are kept there."""
    make_state(machine, 0o755)

    found = await machine.check()

    assert found["State"].verdict is Verdict.FAILURE
    assert found["State"].fix == f"Run `chmod 700 {machine.state}`."


async def test_a_clock_in_the_past_is_noticed(machine: Machine) -> None:
    """A Pi without a network wakes up in another year, and TLS fails."""
    machine.clock = FakeClock(wall_s=0)

    found = await machine.check()

    assert found["Clock"].verdict is Verdict.FAILURE
    assert found["Clock"].said == "it says 1970-01-01"


async def test_a_taken_port_is_noticed_before_the_start(machine: Machine) -> None:
    """With the setting that chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        machine.variables["TONEARM_SERVER_LISTEN"] = f"127.0.0.1:{taken.getsockname()[1]}"

        found = await machine.check()

    assert found["Port"].verdict is Verdict.FAILURE
    assert "server.listen" in found["Port"].said


async def test_the_port_is_not_called_taken_when_another_user_runs_the_service(
    machine: Machine,
) -> None:
    """It is taken by the service itself, which this user may not ask; its settings are its own."""
    machine.variables["TONEARM_SPOTIFY_CLIENT_ID"] = ""

    async with control.listen(control.application([]), machine.control) as path:
        path.chmod(0)
        with unprivileged():
            found = await machine.check()

    assert "with sudo" in found["Service"].said
    assert found["Settings"].verdict is Verdict.OK
    assert "Port" not in found


async def test_a_service_that_does_not_answer_is_to_be_restarted(machine: Machine) -> None:
    """It has the port, so nothing is said of another program there."""
    machine.control.parent.mkdir(mode=0o700)
    hanging = await asyncio.start_unix_server(
        lambda _reader, writer: writer.close(), machine.control
    )
    async with hanging:
        found = await machine.check()

    assert found["Service"].verdict is Verdict.FAILURE
    assert "restart it" in found["Service"].said
    assert "Port" not in found


@pytest.mark.parametrize(
    ("changes", "subject", "verdict", "said"),
    [
        ({"login": None}, "Login", Verdict.FAILURE, "there is none"),
        ({"health": Health.REFUSED, "trouble": "Needs Premium."}, "Spotify", "failure", "Premium"),
        ({"health": Health.OFFLINE, "trouble": "No way (dns)."}, "Spotify", "failure", "dns"),
        ({"health": Health.LIMITED, "until": None}, "Spotify", "warning", "left alone"),
        ({"is_unsaved": True}, "Login", "failure", "disk"),
        ({"version": "9.9"}, "Service", "warning", "this command is 0.1.0"),
        ({"url": "http://127.0.0.1:9"}, "Port", "failure", "does not answer"),
    ],
)
async def test_what_the_service_knows_is_told(
    machine: Machine, changes: dict[str, Any], subject: str, verdict: str, said: str
) -> None:
    """One line each, and who must act."""
    found = await machine.check_beside(report(**changes))

    assert found[subject].verdict == verdict
    assert said in found[subject].said


async def test_a_user_without_settings_is_fine_beside_a_service(
    machine: Machine,
) -> None:
    """The service has its own, which this user need not be able to read."""
    machine.variables["TONEARM_SPOTIFY_CLIENT_ID"] = ""

    found = await machine.check_beside(report())

    assert found["Settings"].verdict is Verdict.OK


async def test_a_way_to_spotify_that_is_closed_is_noticed(machine: Machine) -> None:
    """Before anybody looks for the mistake in the login."""
    machine.find_spotify_at("127.0.0.1:9")

    found = await machine.check()

    assert found["Network"].verdict is Verdict.FAILURE
    assert "port 9" in found["Network"].said


async def test_what_must_stand_in_the_app_at_spotify_is_told(machine: Machine) -> None:
    """The commonest mistake of all, and nobody can see it from here."""
    found = await machine.check()

    assert "https://music.example.org/callback must stand in your app" in found["Redirect"].said
    assert "--paste" in found["Redirect"].said


async def test_a_login_that_cannot_listen_is_told_of_the_other_way(machine: Machine) -> None:
    """Where another program has the port of the redirect address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        machine.variables["TONEARM_SPOTIFY_REDIRECT_URI"] = uri

        found = await machine.check()

    assert found["Redirect"].verdict is Verdict.WARNING
    assert "--paste" in (found["Redirect"].fix or "")
