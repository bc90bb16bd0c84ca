"""What reaches systemd's socket, and who is told nothing."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tonearm.server.upkeep.notify import Supervisor

OURS = str(os.getpid())


@pytest.fixture(params=["file", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """Yield the address of a listening supervisor, as it would stand in NOTIFY_SOCKET."""
    name = f"{tmp_path}/notify"
    address = name if request.param == "file" else f"@{name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(address.replace("@", "\0"))
        heard.setblocking(False)
        yield address, heard


def test_lines_arrive_in_one_datagram(listener: tuple[str, socket.socket]) -> None:
    """The socket of systemd may be a file or an abstract name."""
    address, heard = listener

    Supervisor(address=address).tell("STOPPING=1", "STATUS=stopping")

    assert heard.recv(1000) == b"STOPPING=1\nSTATUS=stopping"


def test_nothing_is_found_where_nobody_listens() -> None:
    """`tonearm run` in a terminal tells nobody, and does not fail for it."""
    supervisor = Supervisor.found({"WATCHDOG_USEC": "60000000"})

    supervisor.tell("READY=1")

    assert supervisor == Supervisor()


def test_variables_are_taken_out_of_the_environment() -> None:
    """A child that inherited them could speak for us."""
    environ = {
        "NOTIFY_SOCKET": "/run/systemd/notify",
        "WATCHDOG_USEC": "60000000",
        "WATCHDOG_PID": OURS,
        "HOME": "/",
    }

    supervisor = Supervisor.found(environ)

    assert environ == {"HOME": "/"}
    assert supervisor == Supervisor(address="/run/systemd/notify", watchdog_s=60.0)


@pytest.mark.parametrize(
    ("variables", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "3000000"}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": OURS}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_watchdog_is_fed_only_if_it_means_this_process(
    variables: dict[str, str], watchdog_s: float | None
) -> None:
    """With a shell between systemd and us, the number is another process's."""
    supervisor = Supervisor.found({"NOTIFY_SOCKET": "/run/systemd/notify", **variables})

    assert supervisor.watchdog_s == watchdog_s


def test_an_address_of_another_kind_is_said_and_left_alone() -> None:
    """Virtual machines are spoken to by vsock, and we do not speak that."""
    with capture_logs() as logs:
        supervisor = Supervisor.found({"NOTIFY_SOCKET": "vsock:2:1234"})

    assert supervisor == Supervisor()
    assert [entry["event"] for entry in logs] == ["notify_socket_not_understood"]


def test_a_listener_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """The card is served all the same."""
    with capture_logs() as logs:
        Supervisor(address=str(tmp_path / "gone")).tell("READY=1")

    assert [entry["event"] for entry in logs] == ["systemd_not_told"]
