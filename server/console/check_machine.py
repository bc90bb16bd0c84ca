"""What `tonearm check` looks at on this machine: the state directory, the clock, the ports.

It changes nothing, and asks nobody.
"""

import os
import socket
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tonearm.poller.clock import Clock
from tonearm.server.configuration.settings import Settings
from tonearm.server.configuration.values import Address
from tonearm.server.door import binding
from tonearm.server.upkeep.alerts import LITTLE_SPACE_BYTES

from .findings import Finding, failure, ok, warning
from .keeper import is_the_systems

WRITTEN_AT_S: Final = 1_793_491_200.0  # 1 November 2026: no clock that is right says less
NO_SPACE_BYTES: Final = 2 << 20
TIMESYNC: Final = Path("/run/systemd/timesync")


def state(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Say whether the login can be kept, and from others."""
    if is_the_systems(settings, environ):
        return  # only the service knows where it is
    directory = settings.state.directory
    try:
        found = directory.stat()
        disk = os.statvfs(directory)
    except FileNotFoundError:
        yield ok("State", f"{directory} will be made at the first start")
        return
    except OSError as error:
        yield failure("State", f"{directory} cannot be looked at: {error.strerror}")
        return
    free_bytes = disk.f_bavail * disk.f_frsize
    if found.st_uid != os.geteuid():
        yield failure("State", f"{directory} belongs to another user", "Run tonearm as that user.")
    elif stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
        yield failure(
            "State", f"{directory} is open to other users", f"Run `chmod 700 {directory}`."
        )
    elif free_bytes < NO_SPACE_BYTES:
        yield failure("State", f"no room is left in {directory}", "Make room: logins live there.")
    elif free_bytes < LITTLE_SPACE_BYTES:
        yield warning("State", f"{free_bytes >> 20} MiB are left in {directory}", "Make room.")
    else:
        yield ok("State", str(directory))


def the_clock(clock: Clock) -> Iterator[Finding]:
    """Say whether this machine knows what day it is; certificates and logins depend on it."""
    now_s = clock.now()
    if now_s < WRITTEN_AT_S:
        day = datetime.fromtimestamp(now_s, UTC).date()
        yield failure("Clock", f"it says {day}", "Set it: `sudo timedatectl set-ntp true`.")
    elif TIMESYNC.is_dir() and not (TIMESYNC / "synchronized").exists():
        yield warning(
            "Clock", "not set by the network since the start", "See `timedatectl timesync-status`."
        )
    else:
        yield ok("Clock", "plausible")


def port(listen: Address) -> Finding:
    """Say whether a service could listen there; none does now."""
    try:
        binding.check_free(listen.host, listen.port)
    except binding.CannotListen as error:
        return failure("Port", str(error))
    return ok("Port", f"{listen} is free")


def redirect(uri: str) -> Finding:
    """Say what has to stand in the owner's app at Spotify, and whether a login can listen there."""
    rule = "must stand in your app at developer.spotify.com, to the letter"
    address = urlsplit(uri)
    if address.scheme == "https":
        return ok("Redirect", f"{uri} {rule}; log in with `tonearm login --paste`")
    host, number = address.hostname or "", address.port or 80
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, number), family=family).close()
    except OSError as error:
        return warning(
            "Redirect",
            f"{uri}: its port cannot be listened on ({error.strerror})",
            "Log in with `tonearm login --paste`, or choose another port there and here.",
        )
    return ok("Redirect", f"{uri} {rule}")
