"""What the owner wrote, in the settings file and in the environment, before it is believed.

Both become :class:`Written`; whatever cannot be read or is no known key becomes a problem.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import paths
from .key import Key
from .keys import BY_NAME, BY_VARIABLE, SECTIONS
from .problems import SETTINGS_FILE, Problem, did_you_mean, shown
from .values import NotAllowed

PREFIX: Final = "TONEARM_"
CONFIG_VARIABLE: Final = "TONEARM_CONFIG"

# Kubernetes invents TONEARM_PORT and the like; outside our sections only near misses are mistakes.
NEARNESS: Final = 0.85

# How tomllib takes text without quotes: as a bad value, or as a number with something behind it.
_WITHOUT_QUOTES: Final = ("Invalid value", "Expected newline or end of document after a statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One setting somebody wrote.

    ``where`` names the file or variable, ``read`` is the key's way to read it, and a relative path
    starts at ``beside``.
    """

    key: Key
    found: object
    where: str
    read: Callable[[Any], Any]
    beside: Path

    def value(self, environ: Mapping[str, str]) -> Any:
        """Return the checked value; raise ValueError if it is of the wrong type or not allowed."""
        value = self.read(self.found)
        if self.key.written is Path:
            return paths.expanded(value, environ, beside=self.beside)
        return value

    def problem(self, error: ValueError) -> Problem:
        """Return why :meth:`value` failed, and what to write instead."""
        reason = f"{error}; " if isinstance(error, NotAllowed) else ""
        return Problem(
            key=self.key.name,
            where=self.where,
            allowed=f"{reason}write {self.key.allowed}",
            value=None if self.key.is_secret else shown(self.found),
        )


def find_file(environ: Mapping[str, str], named: Path | None) -> Path | None:
    """Return the settings file: the named one even if it does not exist, else the first found."""
    if named is not None:
        return named
    if environ.get(CONFIG_VARIABLE):
        return Path(environ[CONFIG_VARIABLE])
    return next(filter(_is_there, paths.settings_candidates(environ)), None)


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except OSError:  # also where a folder above may not be entered
        return False
    return True


def is_missing(path: Path) -> bool:
    """Tell whether ``path`` surely does not exist; what may not be looked at may well."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False


def in_file(file: Path) -> Iterator[Written | Problem]:
    """Yield everything a settings file says."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        yield _unreadable(file, f"it cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        yield _unreadable(file, "it is not text in UTF-8")
    except tomllib.TOMLDecodeError as error:  # says line and column
        advice = "; text stands in quotes" if str(error).startswith(_WITHOUT_QUOTES) else ""
        yield _unreadable(file, f"it is not TOML: {error}{advice}")
    except (ValueError, RecursionError):  # what tomllib lets through: numbers or nesting too large
        yield _unreadable(file, "it is not TOML that anybody would write")
    else:
        for section, table in tables.items():
            yield from _in_section(section, table, file)


def _in_section(section: str, table: object, file: Path) -> Iterator[Written | Problem]:
    where = str(file)
    if section not in SECTIONS:
        yield _unknown(section, where, (*SECTIONS, *BY_NAME))
    elif not isinstance(table, dict):
        yield Problem(key=section, where=where, allowed=f"this is a section; write [{section}]")
    else:
        beside = file.absolute().parent
        for name, found in table.items():
            key = BY_NAME.get(f"{section}.{name}")
            if key is None:
                yield _unknown(f"{section}.{name}", where, BY_NAME)
            else:
                yield Written(key=key, found=found, where=where, read=key.read, beside=beside)


def in_environment(environ: Mapping[str, str]) -> Iterator[Written | Problem]:
    """Yield everything the environment says; an empty variable says nothing."""
    ours = tuple(f"{PREFIX}{section.upper()}_" for section in SECTIONS)
    for name, text in sorted(environ.items()):
        key = BY_VARIABLE.get(name)
        if not text or not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if key is not None:
            yield Written(key=key, found=text, where=name, read=key.read_text, beside=Path.cwd())
        elif name.startswith(ours) or did_you_mean(name, BY_VARIABLE, nearness=NEARNESS):
            yield _unknown(name, "environment", BY_VARIABLE)


def _unreadable(file: Path, reason: str) -> Problem:
    return Problem(key=SETTINGS_FILE, where=str(file), allowed=reason)


def _unknown(name: str, where: str, known: Iterable[str]) -> Problem:
    """Return the problem of a name that is no key; its value may be a secret, so it stays here."""
    # A section in front is alike by itself.
    meant = did_you_mean(name, known, nearness=0.73 if "." in name else 0.6)
    hint = f"did you mean {meant}?" if meant else "systemd/tonearm.toml has them all"
    plain = name if re.fullmatch(r"[\w.-]{1,80}", name, re.ASCII) else shown(name) or ""
    return Problem(key=plain, where=where, allowed=f"there is no such setting; {hint}")
