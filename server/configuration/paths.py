"""Where settings, state and the control socket live, computed alike by service and commands.

It names paths and checks who owns them; it opens nothing and reads no settings.
"""

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tonearm.poller.errors import StateRefused

SETTINGS_NAME: Final = "tonearm.toml"

# sun_path of unix(7) holds 108 bytes with the closing NUL; macOS and the BSDs give it 104.
LONGEST_SOCKET_BYTES: Final = 107 if sys.platform == "linux" else 103

_ELSEWHERE: Final = "set control.socket to a path in a folder of yours alone"


def settings_candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield where to look for a settings file that nobody named; the first that exists wins."""
    yield Path(SETTINGS_NAME)
    config_home = _absolute(environ.get("XDG_CONFIG_HOME")) or home(environ) / ".config"
    yield config_home / "tonearm" / SETTINGS_NAME
    yield Path("/etc/tonearm") / SETTINGS_NAME


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return the state directory of someone who chose none: systemd's, else the user's."""
    given = _first(environ.get("STATE_DIRECTORY"))
    if given is not None:
        return given
    state_home = _absolute(environ.get("XDG_STATE_HOME")) or home(environ) / ".local" / "state"
    return state_home / "tonearm"


def runtime_directory(environ: Mapping[str, str]) -> Path | None:
    """Return systemd's runtime directory, which outlives the process but not the machine."""
    return _first(environ.get("RUNTIME_DIRECTORY"))


def control_socket(environ: Mapping[str, str], state: Path) -> Path:
    """Return the control socket of someone who chose none: systemd's, else beside the state."""
    return (runtime_directory(environ) or state) / "control.sock"


def socket_path(wanted: Path) -> Path:
    """Return the path at which a socket ``wanted`` is really bound and found.

    That is the path itself unless the kernel would refuse its length; then a short name that
    follows from it, in a directory of this user alone (:func:`private_directory`).
    """
    wanted = wanted.absolute()
    if len(os.fsencode(wanted)) <= LONGEST_SOCKET_BYTES:
        return wanted
    digest = hashlib.blake2s(os.fsencode(wanted), digest_size=8).hexdigest()
    return Path(f"/tmp/tonearm-{os.geteuid()}") / f"{digest}.sock"  # noqa: S108  (checked below)


def hint_socket(control: Path) -> Path:
    """Return where hints are taken by the service whose control socket is ``control``."""
    return control.with_name("hint.sock")


def guarded_directory(directory: Path) -> None:
    """Make ``directory`` for this user alone, or make sure that nobody else may change it.

    Others may enter it, as they may systemd's runtime directory: each socket has its own mode.

    Raises:
        StateRefused: it is no directory, belongs to another user, or others may write there.
    """
    if _mode_of_ours(directory, follow_symlinks=True) & 0o022:
        raise StateRefused(
            f"Others may write in {directory}, and could put a socket of their own there:"
            f" {_ELSEWHERE}."
        )


def private_directory(directory: Path) -> None:
    """Make ``directory`` for this user alone, or make sure that it already is.

    In /tmp anybody may have been there first, so whoever binds or connects below calls this.

    Raises:
        StateRefused: it is a link or no directory, belongs to another user, or is open to others.
    """
    if _mode_of_ours(directory, follow_symlinks=False) & 0o077:
        raise StateRefused(f"{directory} is open to other users: chmod 700 {directory}")


def _mode_of_ours(directory: Path, *, follow_symlinks: bool) -> int:
    """Make ``directory`` if need be and return its mode; raise StateRefused if it is not ours."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700, parents=True)
    found = directory.stat(follow_symlinks=follow_symlinks)
    if not stat.S_ISDIR(found.st_mode):
        raise StateRefused(
            f"{directory} is not a directory of its own (a link or a file): {_ELSEWHERE}."
        )
    if found.st_uid != os.geteuid():
        raise StateRefused(
            f"{directory} belongs to another user (uid {found.st_uid}): {_ELSEWHERE}."
        )
    return stat.S_IMODE(found.st_mode)


def home(environ: Mapping[str, str]) -> Path:
    """Return the user's home directory; a container's nameless user has only the root."""
    try:
        return _absolute(environ.get("HOME")) or Path.home()
    except RuntimeError:
        return Path("/")


def expanded(text: str, environ: Mapping[str, str], *, beside: Path) -> Path:
    """Return ``text`` as an absolute path: below the home after ``~/``, else below ``beside``.

    Raises:
        ValueError: no file can be called so here, where the locale knows fewer letters.
    """
    os.fsencode(text)
    if text == "~" or text.startswith("~/"):
        return home(environ) / text[2:]
    return (beside / text).absolute()


def _first(listed: str | None) -> Path | None:
    """Return the first of systemd's colon-separated directories."""
    return _absolute(listed.split(":")[0]) if listed else None


def _absolute(text: str | None) -> Path | None:
    """Return a directory from the environment; the XDG rules say to ignore a relative one."""
    path = Path(text) if text else None
    return path if path is not None and path.is_absolute() else None
