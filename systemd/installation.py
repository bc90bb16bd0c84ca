"""What makes a tonearm the service of a machine, and what takes it away again.

There is room for two versions in /opt/tonearm. A new one is built where the running one is not, so
a failed build costs nothing, and the one before is there to go back to. Settings and login are
never touched; only a purge removes them.
"""

import ctypes
import os
import sqlite3
import ssl
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

from .fitness import Unfit, check_machine, check_visible
from .site import Site
from .unit import TEMPLATE, executables, filled

HOME: Final = Path("/opt/tonearm")
SLOTS: Final = (HOME / "a", HOME / "b")
COMMAND: Final = Path("/usr/local/bin/tonearm")
UNIT: Final = Path("/etc/systemd/system/tonearm.service")
USER: Final = Path("/etc/sysusers.d/tonearm.conf")
SETTINGS: Final = Path("/etc/tonearm/tonearm.toml")
OVERRIDES: Final = UNIT.with_name(f"{UNIT.name}.d")
STATE: Final = Path("/var/lib/tonearm")

SAMPLE: Final = TEMPLATE.with_name("tonearm.toml")
USER_TEXT: Final = 'u tonearm - "tonearm, shows what is played"\n'

LOADS_LIBRARIES: Final = (ctypes, sqlite3, ssl)
"""What makes this process load what the service will load of the system's libraries."""


def install(site: Site, source: str | None) -> str:
    """Make the service from ``source``, or of the venv this runs in; return what to do next.

    ``source`` is whatever pip installs: a checkout, a wheel. The service is started, or restarted,
    if its settings name an app.

    Raises:
        Unfit: this machine, or this Python, cannot be used; or the service does not start.
    """
    before = _in_use(site)
    if source is None and sys.prefix == sys.base_prefix:
        raise Unfit("Run this with the python of a venv that tonearm is installed in.")
    venv = site.seen(Path(sys.prefix)) if source is None else _free_slot(before)
    if site.changes_machine:
        _check_machine()
    unit = _unit_for(site, venv)
    if source is not None:
        _build(site, venv, _with_extras(site, before, source))
    _register(site, venv, unit)
    if not _names_an_app(site):
        return FIRST_STEPS
    if not site.run("systemctl", "restart", UNIT.name):
        raise Unfit(_not_started(before, venv))
    return NEXT_STEPS


def uninstall(site: Site, *, purge: bool) -> str:
    """Stop and remove the service; with ``purge`` settings and login too. Return what is left.

    Raises:
        Unfit: it takes root to do this.
    """
    if site.changes_machine:
        _check_machine()
    if site.exists(UNIT):
        site.run("systemctl", "disable", "--now", "--quiet", UNIT.name)
    for path in (UNIT, COMMAND, HOME):
        site.remove(path)
    site.run("systemctl", "daemon-reload")
    if not purge:
        return f"Settings ({SETTINGS.parent}) and login ({STATE}) are kept; --purge removes them."
    had_user = site.exists(USER)
    for path in (SETTINGS.parent, OVERRIDES, STATE, USER):
        site.remove(path)
    if had_user:
        site.run("userdel", "tonearm")
    return "Nothing is left. At Spotify, remove the app: https://www.spotify.com/account/apps/"


def _unit_for(site: Site, venv: Path) -> str:
    interpreter = Path(sys.executable).resolve()
    if site.is_machine:
        check_visible((interpreter, venv))
    maps = Path("/proc/self/maps").read_text("utf-8")
    template = TEMPLATE.read_text("utf-8")
    return filled(template, venv=venv, executables=executables(maps, interpreter))


def _with_extras(site: Site, before: Path | None, source: str) -> str:
    """Return ``source`` with the extra that the version before has: its settings may need it."""
    had = before is not None and any(site.here(before).glob("lib/python3*/site-packages/apprise"))
    return f"{source}[alerts]" if had and not source.endswith("]") else source


def _build(site: Site, venv: Path, source: str) -> None:
    place = site.here(venv)
    try:
        site.build(sys.executable, "-I", "-m", "venv", "--clear", place)
        site.build(
            *(place / "bin" / "python", "-I", "-m", "pip", "install"),
            *("--quiet", "--disable-pip-version-check", source),
        )
    except subprocess.CalledProcessError:
        raise Unfit("It could not be built, see above; what was installed is as it was.") from None


def _register(site: Site, venv: Path, unit: str) -> None:
    """Let the system know the service: its user, its settings, its unit, its command."""
    site.write(USER, USER_TEXT, mode=0o644)
    site.run("systemd-sysusers", USER.name)
    if not site.exists(SETTINGS):
        # Open to the service, and to nobody else: there may be secrets in it.
        site.write(SETTINGS, SAMPLE.read_text("utf-8"), mode=0o640)
        site.run("chgrp", "tonearm", SETTINGS)
    site.write(UNIT, unit, mode=0o644)
    site.link(COMMAND, venv / "bin" / "tonearm")
    site.run("systemctl", "daemon-reload")
    site.run("systemctl", "enable", "--quiet", UNIT.name)


def _in_use(site: Site) -> Path | None:
    """Return the venv of the service as it is installed."""
    command = site.target(COMMAND)
    return None if command is None else command.parents[1]


def _free_slot(before: Path | None) -> Path:
    return next(slot for slot in SLOTS if slot != before)


def _names_an_app(site: Site) -> bool:
    """Tell whether the settings may be complete; the service itself says what is wrong in them."""
    try:
        return "client_id" in tomllib.loads(site.read(SETTINGS)).get("spotify", {})
    except FileNotFoundError:  # a dry run
        return False
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return True


def _check_machine() -> None:
    check_machine(user_id=os.geteuid(), is_systemd_running=Path("/run/systemd/system").is_dir())


def _not_started(before: Path | None, venv: Path) -> str:
    said = f"It does not start; why: journalctl --unit={UNIT.name} --lines=20 --output=cat"
    if before in (None, venv):
        return said
    back = f"sudo {before}/bin/python -I -m tonearm.systemd install"
    return f"{said}\nBack to the version before: {back}"


FIRST_STEPS: Final = f"""\
tonearm is installed. What only you can do:
  1. sudo nano {SETTINGS}      spotify.client_id: that of your app at Spotify
  2. sudo systemctl start tonearm
  3. sudo tonearm login --paste
docs/login.md says how to make the app, docs/pi.md the rest."""

NEXT_STEPS: Final = """\
tonearm runs: `sudo tonearm status` says how it is.
`sudo tonearm login --paste` renews the login, every six months."""
