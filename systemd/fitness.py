"""What has to be true of a machine before anything is changed on it. A sentence says what is not.

It is told what was found; it looks at nothing itself.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

HIDDEN: Final = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108
"""Folders that the unit shows to the service empty (ProtectHome=, PrivateTmp=)."""


class Unfit(Exception):
    """It cannot be done so; the message says why, and what to do."""


def check_machine(*, user_id: int, is_systemd_running: bool) -> None:
    """Raise Unfit unless this is root, on a machine with services."""
    if user_id != 0:
        raise Unfit("Only root may do this: run it with sudo.")
    if not is_systemd_running:
        raise Unfit("systemd does not run here: let what runs instead start `tonearm run`.")


def check_visible(paths: Iterable[Path]) -> None:
    """Raise Unfit unless the service could see all of ``paths``."""
    for path in paths:
        if any(path.is_relative_to(folder) for folder in HIDDEN):
            raise Unfit(
                f"The service may not look into {path}: use the system's Python"
                " (sudo PYTHON=/usr/bin/python3 ...), and a venv below /opt."
            )
