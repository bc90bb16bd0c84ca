"""`tonearm check --support`: what helps somebody else to help, and nothing they should not see.

Pure but for versions. No secret, no account, no title; paths begin at ``~``.
"""

import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

from tonearm.poller.secret import Secret
from tonearm.server.configuration import paths
from tonearm.server.configuration.values import Address
from tonearm.server.redaction import MASK, redacted

from .check import Examination

LIBRARIES: Final = ("tonearm", "aiohttp", "aiosqlite", "msgspec", "websockets")
_CLIENT_ID_CHARS: Final = 4


def bundle(examination: Examination, environ: Mapping[str, str]) -> str:
    """Return everything as JSON, for a person to read before they send it."""
    content = {
        "versions": {name: version(name) for name in LIBRARIES}
        | {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version},
        "machine": platform.platform(),
        "settings": _settings(examination),
        "status": _status(examination),
        "findings": [asdict(finding) for finding in examination.findings],
    }
    text = msgspec.json.format(msgspec.json.encode(redacted(content)), indent=2).decode()
    return text.replace(str(paths.home(environ)), "~")


def _settings(examination: Examination) -> Any:
    if examination.settings is None:
        return None
    settings = _written(examination.settings)
    client_id = settings["spotify"]["client_id"]
    settings["spotify"]["client_id"] = client_id[:_CLIENT_ID_CHARS] + MASK
    return settings


def _written(value: Any) -> Any:
    """Return settings as they would be written into a file, but for the secrets."""
    if is_dataclass(value) and not isinstance(value, Address):
        return {part.name: _written(getattr(value, part.name)) for part in fields(value)}
    match value:
        case Secret():
            return MASK
        case Path() | Address():
            return str(value)
        case _:
            return value


def _status(examination: Examination) -> Any:
    if examination.report is None:
        return None
    status = msgspec.to_builtins(examination.report.status)
    if status["item"] is not None:
        status["item"] = {"kind": status["item"]["kind"]}
    if status["login"] is not None:
        status["login"]["account"] = MASK
    return status | {"trouble": examination.report.trouble}
