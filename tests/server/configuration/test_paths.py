"""Paths: the same answer for the service and the commands, and no trust in shared folders."""

import os
from pathlib import Path

import pytest

from tonearm.poller.errors import StateRefused
from tonearm.server.configuration.paths import (
    LONGEST_SOCKET_BYTES,
    expanded,
    home,
    private_directory,
    socket_path,
)


def test_socket_path_stays_when_the_kernel_takes_it() -> None:
    """The longest path that fits is left alone."""
    wanted = Path("/" + "x" * (LONGEST_SOCKET_BYTES - 1))

    assert socket_path(wanted) == wanted


def test_socket_path_gets_short_when_the_kernel_would_refuse_it() -> None:
    """One byte more, and both sides meet in a folder of this user alone."""
    wanted = Path("/" + "x" * LONGEST_SOCKET_BYTES)

    found = socket_path(wanted)

    assert found.parent == Path(f"/tmp/tonearm-{os.geteuid()}")
    assert found == socket_path(wanted)


def test_socket_path_counts_bytes_not_letters() -> None:
    """A folder named in Japanese takes three bytes a letter."""
    wanted = Path("/" + "音" * 40)

    assert socket_path(wanted) != wanted


def test_socket_path_differs_for_two_services() -> None:
    """Two state directories, two sockets."""
    one, two = (Path("/" + letter * 200) for letter in "xy")

    assert socket_path(one) != socket_path(two)


def test_socket_path_is_the_same_for_a_relative_path(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The two sides need not write it alike."""
    monkeypatch.chdir(tmp_path)
    name = "x" * 200

    assert socket_path(Path(name)) == socket_path(tmp_path / name)


def test_private_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask; a second time it is only checked."""
    directory = tmp_path / "a" / "b"
    before = os.umask(0)
    try:
        private_directory(directory)
    finally:
        os.umask(before)

    private_directory(directory)

    assert directory.stat().st_mode & 0o777 == 0o700


def test_private_directory_refuses_one_that_others_may_enter(tmp_path: Path) -> None:
    """Somebody else could wait there with a socket of the same name."""
    tmp_path.chmod(0o755)

    with pytest.raises(StateRefused, match=f"chmod 700 {tmp_path}"):
        private_directory(tmp_path)


def test_private_directory_refuses_a_link(tmp_path: Path) -> None:
    """A link may lead anywhere tomorrow."""
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(StateRefused, match="a link or a file"):
        private_directory(tmp_path / "link")


def test_private_directory_refuses_a_file(tmp_path: Path) -> None:
    """A file of that name is somebody's mistake, or trick."""
    (tmp_path / "file").touch()

    with pytest.raises(StateRefused, match="a link or a file"):
        private_directory(tmp_path / "file")


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "here"}])
def test_home_is_known_without_the_variable(environ: dict[str, str]) -> None:
    """A service may run without HOME."""
    assert home(environ).is_absolute()


def test_a_name_that_cannot_be_encoded_is_no_path() -> None:
    """In an ASCII locale that is every accent; the refusal comes before a file is opened."""
    with pytest.raises(ValueError, match="encode"):
        expanded("music-\ud800", {}, beside=Path("/"))
