"""The client secret, from whichever one of four places the owner keeps it in.

These are ``spotify.client_secret`` in the file or the environment, a file of its own, and
systemd's credential ``client_secret``. Whatever goes wrong, its text is never shown.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tonearm.poller.secret import Secret

from . import values
from .problems import ConfigError, Problem

KEY: Final = "spotify.client_secret"
FILE_KEY: Final = "spotify.client_secret_file"
CREDENTIAL: Final = "client_secret"


def client_secret(
    value: Mapping[str, Any],
    given: Mapping[str, str],
    source: Path | None,
    environ: Mapping[str, str],
) -> Secret | None:
    """Return the secret, or None for a login by PKCE alone.

    ``value`` and ``given`` hold each key's checked value and in which file or variable it was
    written; ``source`` is the settings file.

    Raises:
        ConfigError: given twice, not to be read, or open to everybody on this machine.
    """
    credential = _credential(environ)
    places = [f"{key} in {given[key]}" for key in (KEY, FILE_KEY) if key in given]
    places += [f"systemd's credential {CREDENTIAL}"] if credential else []
    if len(places) > 1:
        raise _problem(KEY, " and ".join(places), "it is given more than once; keep one of them")
    if credential is not None:
        return _read(credential, KEY, places[0])
    if value[FILE_KEY] is not None:
        return _read(value[FILE_KEY], FILE_KEY, given[FILE_KEY])
    if source is not None and given.get(KEY) == str(source) and _is_open_to_all(source.stat()):
        raise _problem(
            KEY, str(source), f"everybody on this machine may read it; chmod o= {source}"
        )
    secret: Secret | None = value[KEY]
    return secret


def _credential(environ: Mapping[str, str]) -> Path | None:
    directory = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(directory) / CREDENTIAL if directory else None
    return path if path is not None and path.is_file() else None


def _read(path: Path, key: str, where: str) -> Secret:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(2 * values.MOST_SECRET_CHARS)
    except OSError as error:
        raise _problem(key, where, f"{path} cannot be read ({error.strerror})") from None
    if _is_open_to_all(status):
        raise _problem(key, where, f"everybody on this machine may read {path}; chmod o= {path}")
    try:
        return values.secret(content.decode("ascii"))
    except ValueError:
        raise _problem(
            key, where, f"{path} does not hold a Client secret and nothing else"
        ) from None


def _is_open_to_all(status: os.stat_result) -> bool:
    return bool(status.st_mode & stat.S_IRWXO)


def _problem(key: str, where: str, allowed: str) -> ConfigError:
    return ConfigError([Problem(key=key, where=where, allowed=allowed)])
