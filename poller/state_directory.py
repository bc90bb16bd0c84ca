"""The state directory: ours alone, and checked before anything in it is believed.

Blocking, and quick: it is opened once, at the start. It knows files, owners and modes, not what
the files hold.
"""

import errno
import fcntl
import os
import pwd
import shlex
import stat
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .errors import StateInUse, StateRefused, StateUnwritable

LOCK_FILE: Final = "lock"
_DIRECTORY_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
# What only the owner can mend. Anything else may pass, and is tried again: a service that gives up
# for good because its card was slow to wake up is found years later.
_FOR_GOOD: Final = frozenset(
    {
        errno.EACCES,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOSYS,
        errno.ENOTDIR,
        errno.EOPNOTSUPP,
        errno.EPERM,
    }
)


class StateDirectory:
    """The state directory, held by a lock for as long as the ``with`` block lasts.

    The lock is a file of its own: closing any descriptor of a database drops the locks SQLite
    holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2). ``set_aside_files`` has the names
    of those that could not be used since then.

    Raises:
        StateRefused: wrong owner, mode or kind, with the command that mends it.
        StateInUse: another process holds it.
        StateUnwritable: it cannot be created now.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set_aside_files: set[str] = set()
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.path = _prepared(self.path)
        self._lock = self._locked()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def claim(self, name: str) -> Path:
        """Return the path of a file of ours, created empty and private if it is not there.

        SQLite alone would create it readable for all, as far as the umask lets it.

        Raises:
            StateRefused: it is not a regular file, or not ours alone.
            StateUnwritable: it cannot be created now.
        """
        path = self.path / name
        try:
            found = path.lstat()
        except FileNotFoundError:
            _create(path)
        except OSError as error:
            raise _failed(path, error) from error
        else:
            _check(path, found, mode=_FILE_MODE)
        return path

    def set_aside(self, name: str, *, stamp: str) -> Path:
        """Rename a file that cannot be used, with its journal, and return its new path.

        It is never deleted: what is left of a grant may be worth a look.
        """
        path = self.path / name
        aside = path.with_name(f"{name}.{stamp}")
        count = 1
        while os.path.lexists(aside):
            count += 1
            aside = path.with_name(f"{name}.{stamp}-{count}")
        try:
            # The journal first: left behind, it would be played back into the new file.
            journal = Path(f"{path}-journal")
            if os.path.lexists(journal):
                journal.rename(f"{aside}-journal")
            path.rename(aside)
        except OSError as error:
            raise _failed(path, error) from error
        self.set_aside_files.add(name)
        return aside

    def _locked(self) -> int:
        path = self.claim(LOCK_FILE)
        try:
            # Opened for reading: that is enough for flock, and works on a read-only card.
            lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise _failed(path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StateInUse(
                f"Another tonearm is using {self.path}: stop it first, or give this one a"
                " state.directory of its own.",
            ) from None
        except OSError as error:
            os.close(lock)
            raise _failed(path, error) from error
        return lock


def _prepared(path: Path) -> Path:
    try:
        path.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
    except FileExistsError:
        pass  # something else has the name; said below
    except OSError as error:
        raise _failed(path, error) from error
    path = _behind_systemds_link(path)
    try:
        found = path.lstat()
    except OSError as error:
        raise _failed(path, error) from error
    _check(path, found, mode=_DIRECTORY_MODE)
    return path


def _behind_systemds_link(path: Path) -> Path:
    """Follow the one symbolic link that is not somebody's trick.

    With DynamicUser= systemd, as root, links /var/lib/NAME to private/NAME and hands out the
    former (systemd.exec(5), "DynamicUser=").
    """
    try:
        is_roots = path.lstat().st_uid == 0
        if is_roots and path.readlink() == Path("private", path.name):
            return path.parent / "private" / path.name
    except OSError:
        pass  # not a link
    return path


def _check(path: Path, found: os.stat_result, *, mode: int) -> None:
    is_directory = mode == _DIRECTORY_MODE
    quoted = shlex.quote(str(path))
    if stat.S_ISLNK(found.st_mode):
        raise StateRefused(
            f"{path} is a symbolic link, which tonearm does not follow: "
            + ("set state.directory to the real place." if is_directory else f"run `rm {quoted}`."),
        )
    if is_directory and not stat.S_ISDIR(found.st_mode):
        raise StateRefused(f"{path} is not a directory: choose another state.directory.")
    if not is_directory and not stat.S_ISREG(found.st_mode):
        raise StateRefused(f"{path} is not a file: move it away.")
    if found.st_uid != os.geteuid():
        raise StateRefused(
            f"{path} belongs to {_user(found.st_uid)}, but tonearm runs as {_user(os.geteuid())}:"
            f" run tonearm as {_user(found.st_uid)},"
            f" or `sudo chown {_user(os.geteuid())} {quoted}`.",
        )
    if found.st_mode & 0o777 != mode:
        raise StateRefused(
            f"{path} has mode {found.st_mode & 0o777:o} and must be its owner's alone:"
            f" run `chmod {mode:o} {quoted}`.",
        )


def _create(path: Path) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_WRONLY
    try:
        os.close(os.open(path, flags, _FILE_MODE))
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> StateRefused | StateUnwritable:
    sentence = f"{path} cannot be used: {error.strerror}."
    return StateRefused(sentence) if error.errno in _FOR_GOOD else StateUnwritable(sentence)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # systemd's dynamic users have a name only while they run
        return str(uid)
