"""The state directory is ours alone, or it is refused with the command that mends it."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tonearm.poller.errors import StateInUse, StateRefused, StateUnwritable
from tonearm.poller.state_directory import StateDirectory

NOBODY = 65_534


HOLD = """
import sys
from pathlib import Path
from tonearm.poller.state_directory import StateDirectory
with StateDirectory(Path(sys.argv[1])):
    pass
"""


def held_by_another_process(path: Path) -> str:
    """Return what another process says when it tries to hold the directory."""
    command = [sys.executable, "-c", HOLD, str(path)]
    return subprocess.run(command, check=False, capture_output=True, text=True).stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the state shall be; nothing is there yet."""
    return tmp_path / "deep" / "state"


def test_directory_is_created_for_its_owner_alone(path: Path) -> None:
    """0700, whatever the umask is."""
    before = os.umask(0)
    try:
        with StateDirectory(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_file_is_created_for_its_owner_alone(path: Path) -> None:
    """0600 and empty; SQLite would have made it 0644."""
    before = os.umask(0)
    try:
        with StateDirectory(path) as directory:
            file = directory.claim("plays.db")
    finally:
        os.umask(before)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == b""


def test_file_is_kept_when_it_is_there(path: Path) -> None:
    """Claiming twice is no accident."""
    with StateDirectory(path) as directory:
        directory.claim("plays.db").write_bytes(b"plays")

        assert directory.claim("plays.db").read_bytes() == b"plays"


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o777, 0o500, 0o000])
def test_directory_is_refused_when_its_mode_is_wrong(mode: int, path: Path) -> None:
    """The message is the fix."""
    path.mkdir(parents=True)
    path.chmod(mode)

    with pytest.raises(StateRefused, match=f"chmod 700 {path}"), StateDirectory(path):
        pass


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666, 0o700, 0o400])
@pytest.mark.parametrize("name", ["lock", "grant.db"])
def test_file_is_refused_when_its_mode_is_wrong(name: str, mode: int, path: Path) -> None:
    """Also the lock: who can open it can hold it."""
    path.mkdir(parents=True, mode=0o700)
    (path / name).touch()
    (path / name).chmod(mode)

    with (
        pytest.raises(StateRefused, match=f"chmod 600 {path / name}"),
        StateDirectory(path) as directory,
    ):
        directory.claim(name)


def test_command_is_quoted_when_the_path_has_blanks(tmp_path: Path) -> None:
    """It can be copied as it is."""
    path = tmp_path / "my state; x"
    path.mkdir()
    path.chmod(0o755)

    with pytest.raises(StateRefused, match=r"chmod 700 '/.*my state; x'"), StateDirectory(path):
        pass


def test_what_belongs_to_somebody_else_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways out are named: be that user, or take it over."""
    with StateDirectory(path):
        pass
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)

    with (
        pytest.raises(StateRefused, match=r"run tonearm as .* or `sudo chown"),
        StateDirectory(path),
    ):
        pass


def test_directory_is_refused_when_it_is_a_link(tmp_path: Path, path: Path) -> None:
    """A link leads where somebody else may want us."""
    path.mkdir(parents=True, mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(path)

    with pytest.raises(StateRefused, match="symbolic link"), StateDirectory(link):
        pass


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_file_is_refused_when_it_is_a_link(target: str, path: Path) -> None:
    """Also when it leads nowhere: SQLite would create what it points to."""
    (path.parent).mkdir()
    (path.parent / "elsewhere").touch(mode=0o600)
    with StateDirectory(path) as directory:
        (path / "grant.db").symlink_to(path.parent / target)

        with pytest.raises(StateRefused, match=f"rm {path / 'grant.db'}"):
            directory.claim("grant.db")


def test_directory_is_refused_when_it_is_a_file(tmp_path: Path) -> None:
    """A slip of the settings."""
    path = tmp_path / "state"
    path.touch(mode=0o600)

    with pytest.raises(StateRefused, match="not a directory"), StateDirectory(path):
        pass


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_file_is_refused_when_it_is_something_else(make: object, path: Path) -> None:
    """Opening a pipe would wait for ever."""
    with StateDirectory(path) as directory:
        assert callable(make)
        make(path / "grant.db")

        with pytest.raises(StateRefused, match="not a file"):
            directory.claim("grant.db")


def test_directory_below_a_file_is_refused(tmp_path: Path) -> None:
    """It cannot be created."""
    (tmp_path / "file").touch()

    with (
        pytest.raises(StateRefused, match="cannot be used"),
        StateDirectory(tmp_path / "file/state"),
    ):
        pass


def test_systemds_own_link_is_followed(tmp_path: Path) -> None:
    """With DynamicUser= /var/lib/tonearm is root's link to private/tonearm."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "tonearm").mkdir(mode=0o700)
    (tmp_path / "tonearm").symlink_to("private/tonearm")
    is_root = (tmp_path / "tonearm").lstat().st_uid == 0

    if is_root:
        with StateDirectory(tmp_path / "tonearm") as directory:
            assert directory.path == tmp_path / "private" / "tonearm"
    else:
        with (
            pytest.raises(StateRefused, match="symbolic link"),
            StateDirectory(tmp_path / "tonearm"),
        ):
            pass


def test_directory_is_in_use_when_another_holds_it(path: Path) -> None:
    """Two that share a refresh token lose it: the second is stopped at the start."""
    with (
        StateDirectory(path),
        pytest.raises(StateInUse, match="Another tonearm"),
        StateDirectory(path),
    ):
        pass


def test_directory_is_in_use_when_another_process_holds_it(path: Path) -> None:
    """Not only within one process."""
    with StateDirectory(path):
        said_while_held = held_by_another_process(path)

    assert "StateInUse" in said_while_held
    assert held_by_another_process(path) == ""


def test_file_set_aside_takes_its_journal_along(path: Path) -> None:
    """Left behind, the journal would be played back into the new file."""
    with StateDirectory(path) as directory:
        directory.claim("grant.db").write_bytes(b"1")
        (path / "grant.db-journal").write_bytes(b"2")

        aside = directory.set_aside("grant.db", stamp="stamp")

        assert aside.read_bytes() == b"1"
        assert Path(f"{aside}-journal").read_bytes() == b"2"
        assert sorted(file.name for file in path.iterdir()) == [
            "grant.db.stamp",
            "grant.db.stamp-journal",
            "lock",
        ]


def test_files_set_aside_never_replace_each_other(path: Path) -> None:
    """Even within the same second."""
    with StateDirectory(path) as directory:
        asides = []
        for content in (b"1", b"2", b"3"):
            directory.claim("grant.db").write_bytes(content)
            asides.append(directory.set_aside("grant.db", stamp="stamp"))

    assert [aside.read_bytes() for aside in asides] == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    "trouble", [errno.ENOSPC, errno.EIO, errno.ENFILE, errno.ENOLCK, errno.EEXIST]
)
def test_trouble_of_the_machine_is_not_called_a_wrong_setting(
    trouble: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may work again later: systemd may restart on it."""

    def fail(*args: object, **more: object) -> int:
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(os, "open", fail)

    with pytest.raises(StateUnwritable, match=os.strerror(trouble)), StateDirectory(path):
        pass


@pytest.mark.parametrize("is_directory", [True, False])
def test_a_place_that_cannot_be_looked_at_is_named(
    is_directory: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a card that is about to die."""
    dying = path if is_directory else path / "lock"
    look_at = Path.lstat

    def fail(which: Path) -> os.stat_result:
        if which == dying:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return look_at(which)

    monkeypatch.setattr(Path, "lstat", fail)

    with pytest.raises(StateUnwritable, match=f"{dying} cannot be used"), StateDirectory(path):
        pass
