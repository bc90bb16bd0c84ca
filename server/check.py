"""`tonearm check`: looks at everything between the settings and the visitor, and says what to mend.

It changes nothing and calls Spotify not once: the running service tells how Spotify answered last.
"""

import contextlib
import os
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from tonearm.poller.clock import Clock
from tonearm.poller.errors import StateRefused
from tonearm.poller.playback import Health

from . import config as settings_file
from . import front
from .control_client import NotOurs, NotRunning, reach
from .control_messages import Report
from .findings import Finding, failure, ok, warning
from .ink import local_day, local_time, plural, span
from .keeper import is_the_systems
from .settings import Settings
from .values import Address

ANSWER_S: Final = 10.0
WRITTEN_AT_S: Final = 1_793_491_200.0  # 1 November 2026: no clock that is right says less
LITTLE_SPACE_BYTES: Final = 50 << 20
NO_SPACE_BYTES: Final = 2 << 20
SOON_DAYS: Final = 14
TIMESYNC: Final = Path("/run/systemd/timesync")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found, and what it was found in; None for what could not be had."""

    findings: tuple[Finding, ...]
    settings: Settings | None
    report: Report | None


async def examine(
    environ: Mapping[str, str], *, config: Path | None, clock: Clock, version: str
) -> Examination:
    """Look at everything; ``version`` is this command's own."""
    findings: list[Finding] = []
    report, should_be_free = None, False
    try:
        async with reach(settings_file.control_sockets(environ, config=config)) as service:
            report = await service.report()
    except (NotRunning, NotOurs, StateRefused) as error:
        should_be_free = isinstance(error, NotRunning)
        findings.append(warning("Service", str(error)))
    else:
        findings.append(_service(report, version))

    settings = None
    try:
        settings = settings_file.load(environ, config=config)
    except settings_file.ConfigError as error:
        findings += _settings_problems(error, is_running=report is not None)
    else:
        where = str(settings.source) if settings.source else "from the environment"
        findings.append(ok("Settings", where))
        findings += _state(settings, environ)
    findings += _clock(clock)
    if should_be_free and settings is not None:
        findings.append(_port(settings.server.listen))
    if report is not None:
        findings += [finding async for finding in _public(report, settings)]
        findings += _account(report, now_at=round(clock.now() * 1000))
    return Examination(findings=tuple(findings), settings=settings, report=report)


def _service(report: Report, version: str) -> Finding:
    status = report.status
    said = f"runs for {span(status.uptime_s)}, {plural(status.viewers, 'viewer')}"
    if status.version != version:
        return warning(
            "Service",
            f"{said}; it is tonearm {status.version}, this command is {version}",
            "Restart the service.",
        )
    return ok("Service", said)


def _settings_problems(error: settings_file.ConfigError, *, is_running: bool) -> Iterator[Finding]:
    if is_running and all(problem.key == "spotify.client_id" for problem in error.problems):
        yield ok("Settings", "none of this user's; the service has its own")
        return
    for problem in error.problems:
        yield failure("Settings", str(problem))


def _state(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    if is_the_systems(settings, environ):
        return  # only the service knows where it is
    directory = settings.state.directory
    try:
        found = directory.stat()
        free_bytes = os.statvfs(directory).f_bavail * os.statvfs(directory).f_frsize
    except FileNotFoundError:
        yield ok("State", f"{directory} will be made at the first start")
        return
    except OSError as error:
        yield failure("State", f"{directory} cannot be looked at: {error.strerror}")
        return
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


def _clock(clock: Clock) -> Iterator[Finding]:
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


def _port(listen: Address) -> Finding:
    """Say whether a service could listen there; none does now."""
    try:
        front.check_free(listen.host, listen.port)
    except front.CannotListen as error:
        return failure("Port", str(error))
    return ok("Port", f"{listen} is free")


async def _public(report: Report, settings: Settings | None) -> AsyncIterator[Finding]:
    """Ask for the feed where the service listens, and where the world should find it."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        here = await _epoch(session, report.url)
        if here is None:
            yield failure("Port", f"{report.url} does not answer", "Restart the service.")
            return
        yield ok("Port", report.url)
        public_url = settings.server.public_url if settings else None
        if public_url is None:
            return
        there = await _epoch(session, public_url)
        if there is None:
            yield failure(
                "Public URL",
                f"{public_url} does not answer from here",
                "Check the reverse proxy; some routers hide a public address from their own house.",
            )
        elif there != here:
            yield failure(
                "Public URL",
                f"{public_url} is another tonearm, or a copy somebody keeps",
                "Let the proxy pass /v1/ on, and keep nothing of it.",
            )
        elif urlsplit(public_url).scheme == "http" and not _is_this_machine(public_url):
            yield warning(
                "Public URL",
                f"{public_url} is plain http: pages on https may not load the card",
                "Put a reverse proxy with TLS in front, and write https.",
            )
        else:
            yield ok("Public URL", public_url)


async def _epoch(session: aiohttp.ClientSession, url: str) -> str | None:
    """Return which process answers at ``url``; a HEAD counts as nobody watching."""
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
        async with session.head(f"{url}/v1/current", allow_redirects=False) as answer:
            tag = answer.headers.get("ETag", "")
            return tag.removeprefix('W/"').partition("-")[0] or None
    return None


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _account(report: Report, *, now_at: int) -> Iterator[Finding]:
    status, login = report.status, report.status.login
    if login is None:
        yield failure("Login", "there is none", "Run `tonearm login`.")
    else:
        until = f"until {local_day(login.valid_until)}, {plural(login.days_left, 'day')} to go"
        if login.days_left <= SOON_DAYS:
            yield warning("Login", until, "Run `tonearm login` before that.")
        else:
            yield ok("Login", until)
    if report.is_unsaved:
        yield failure("Login", "the disk does not take the newest one", "Make room for it.")
    match status.health:
        case Health.LOGIN_NEEDED:
            pass
        case Health.OK:
            yield ok("Spotify", "answers")
        case Health.LIMITED:
            until = local_time(status.until, now_at=now_at) if status.until else "later"
            yield warning("Spotify", f"asked to be left alone until {until}", "Wait.")
        case _:
            yield failure("Spotify", report.trouble or "did not answer of late")
