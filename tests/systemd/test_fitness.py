"""Whom the installation turns away, and with which advice."""

from pathlib import Path

import pytest

from tonearm.systemd.fitness import Unfit, check_machine, check_visible


def test_root_on_a_machine_with_systemd_may_install() -> None:
    """The usual case: sudo on a Pi, the system's Python, a venv below /opt."""
    check_machine(user_id=0, is_systemd_running=True)
    check_visible([Path("/usr/bin/python3.11"), Path("/opt/tonearm/a")])


def test_who_is_not_root_is_told_to_use_sudo() -> None:
    """Half an installation would be worse."""
    with pytest.raises(Unfit, match="sudo"):
        check_machine(user_id=1000, is_systemd_running=True)


def test_machine_without_systemd_is_told_what_to_start_instead() -> None:
    """In a container, for instance."""
    with pytest.raises(Unfit, match="tonearm run"):
        check_machine(user_id=0, is_systemd_running=False)


@pytest.mark.parametrize(
    "path", ["/home/pi/tonearm/.venv", "/home/ann/.pyenv/bin/python3.12", "/tmp/venv"]
)
def test_what_the_service_could_not_see_is_refused(path: str) -> None:
    """With ProtectHome= it would fail at the start, with a riddle for a message."""
    with pytest.raises(Unfit, match="/usr/bin/python3"):
        check_visible([Path("/usr/bin/python3.11"), Path(path)])
