"""A secret, from whichever one of four places the owner keeps it in.

For the Client secret these are ``spotify.client_secret`` in the file or the environment, a file of
its own, and systemd's credential ``client_secret``. Whatever goes wrong, its text is never shown.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tonearm.poller.secret import Secret

from .keys import BY_NAME
from .problems import ConfigError, Problem

MOST_FILE_BYTES: Final = 8_192

CALLED: Final = {
    "spotify.client_secret": "a Client secret",
    "look.hint_token": "a token of the allowed kind",
    "alerts.apprise_urls": "addresses of services",
}
"""The secrets that have a file of their own and a credential; the words are for the sentences."""


def secret(
    key: str,
    value: Mapping[str, Any],
    given: Mapping[str, str],
    source: Path | None,
    environ: Mapping[str, str],
) -> Secret | None:
    """Return the secret that ``key`` and its ``_file`` name, or None where the owner gave none.

    ``value`` and ``given`` hold each key's checked value and in which file or variable it was
    written; ``source`` is the settings file.

    Raises:
        ConfigError: given twice, not to be read, or open to everybody on this machine.
    """
    file_key, name = f"{key}_file", key.partition(".")[2]
    credential = _credential(name, environ)
    places = [f"{each} in {given[each]}" for each in (key, file_key) if each in given]
    places += [f"systemd's credential {name}"] if credential else []
    if len(places) > 1:
        raise _problem(key, " and ".join(places), "it is given more than once; keep one of them")
    if credential is not None:
        return _read(credential, key, key, places[0])
    if value[file_key] is not None:
        return _read(value[file_key], key, file_key, given[file_key])
    if source is not None and given.get(key) == str(source) and _is_open_to_all(source.stat()):
        raise _problem(
            key, str(source), f"everybody on this machine may read it; chmod o= {source}"
        )
    written: Secret | None = value[key]
    return written


def _credential(name: str, environ: Mapping[str, str]) -> Path | None:
    directory = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(directory) / name if directory else None
    if path is None or not path.is_file():
        return None
    # Our unit's stand-in for a file that the owner did not make is a blank line.
    return None if path.stat().st_size <= 1 else path


def _read(path: Path, secret: str, key: str, where: str) -> Secret:
    """Read ``secret`` from ``path``, which ``key`` in ``where`` names."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MOST_FILE_BYTES)
    except OSError as error:
        raise _problem(key, where, f"{path} cannot be read ({error.strerror})") from None
    if _is_open_to_all(status):
        raise _problem(key, where, f"everybody on this machine may read {path}; chmod o= {path}")
    try:
        checked: Secret = BY_NAME[secret].check(content.decode("ascii"))
    except ValueError:
        raise _problem(
            key, where, f"{path} does not hold {CALLED[secret]} and nothing else"
        ) from None
    return checked


def _is_open_to_all(status: os.stat_result) -> bool:
    return bool(status.st_mode & stat.S_IRWXO)


def _problem(key: str, where: str, allowed: str) -> ConfigError:
    return ConfigError([Problem(key=key, where=where, allowed=allowed)])
