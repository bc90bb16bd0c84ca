"""`tonearm check`: looks at everything between the settings and the visitor, and says what to mend.

It changes nothing and calls Spotify not once: the running service tells how Spotify answered last.
What it finds on the machine and on the network is in ``check_machine`` and ``check_reach``.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tonearm.poller.clock import Clock
from tonearm.poller.errors import StateRefused
from tonearm.poller.playback import Health
from tonearm.server.configuration import config as settings_file
from tonearm.server.configuration.problems import Problem
from tonearm.server.configuration.settings import Settings
from tonearm.server.ink import local_day, local_time, plural, span
from tonearm.server.owner.control_client import NotOurs, NotRunning, Silent, reach
from tonearm.server.owner.control_messages import Report

from . import check_machine, check_reach
from .findings import Finding, failure, ok, warning

SOON_DAYS: Final = 14


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
    settings: Settings | None = None
    wrong: tuple[Problem, ...] = ()
    try:
        settings = settings_file.load(environ, config=config)
    except settings_file.ConfigError as error:
        wrong = error.problems

    # Each of the two may wait for a network.
    here, beyond = await asyncio.gather(
        _find_service(environ, config, settings, version), _to_spotify(settings)
    )

    findings = [here.service]
    if settings is not None:
        where = str(settings.source) if settings.source else "from the environment"
        findings.append(ok("Settings", where))
        findings += check_machine.state(settings, environ)
    else:
        findings += _settings_problems(wrong, is_running=here.is_there)
    findings += check_machine.the_clock(clock)
    findings += beyond
    if settings is not None and not here.is_there:
        findings.append(check_machine.port(settings.server.listen))
    findings += here.public
    if here.report is not None:
        findings += _account(here.report, now_at=round(clock.now() * 1000))
    return Examination(findings=tuple(findings), settings=settings, report=here.report)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """What is known of the running service; ``is_there`` also of one that tells us nothing."""

    service: Finding
    is_there: bool
    report: Report | None = None
    public: tuple[Finding, ...] = ()


async def _find_service(
    environ: Mapping[str, str], config: Path | None, settings: Settings | None, version: str
) -> _Here:
    try:
        async with reach(settings_file.control_sockets(environ, config=config)) as service:
            report = await service.report()
    except settings_file.ConfigError:
        said = "not looked for: the settings file may name another place for it"
        return _Here(service=warning("Service", said), is_there=False)
    except Silent as error:
        return _Here(service=failure("Service", str(error)), is_there=True)
    except (NotRunning, NotOurs, StateRefused) as error:
        is_there = not isinstance(error, NotRunning)
        return _Here(service=warning("Service", str(error)), is_there=is_there)
    public = tuple([finding async for finding in check_reach.public(report, settings)])
    return _Here(service=_service(report, version), is_there=True, report=report, public=public)


async def _to_spotify(settings: Settings | None) -> tuple[Finding, ...]:
    if settings is None:
        return ()
    return (
        await check_reach.spotify(settings),
        check_machine.redirect(settings.spotify.redirect_uri),
    )


def _service(report: Report, version: str) -> Finding:
    status = report.status
    said = f"up for {span(status.uptime_s)}, {plural(status.viewers, 'viewer')}"
    if status.version != version:
        return warning(
            "Service",
            f"{said}; it is tonearm {status.version}, this command is {version}",
            "Restart the service.",
        )
    return ok("Service", said)


def _settings_problems(problems: Iterable[Problem], *, is_running: bool) -> Iterator[Finding]:
    if is_running and all(problem.key == "spotify.client_id" for problem in problems):
        yield ok("Settings", "none of this user's; the service has its own")
        return
    for problem in problems:
        yield failure("Settings", str(problem))


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
