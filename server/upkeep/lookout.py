"""Looks once a minute whether the owner has to be told something, and has it told.

Every alert is in the log; where the owner named services, they carry it too. One that could not
be delivered is tried again for as long as it is true.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

import structlog

from tonearm.poller.clock import Clock
from tonearm.poller.errors import StateUnreadable, StateUnwritable
from tonearm.poller.playback import Health
from tonearm.server.owner.control_messages import Report

from .alerts import SILENCE, Alert, Cause, Circumstances, Told, due

PERIOD_S: Final = 60.0
RETRY_S: Final = 900.0

log = structlog.get_logger()


class Delivers(Protocol):
    """Carries an alert to the owner."""

    async def deliver(self, alert: Alert) -> bool:
        """Tell whether somebody took it."""


class Notes(Protocol):
    """Where it is noted what was told."""

    async def told(self) -> dict[Cause, Told]: ...
    async def keep(self, cause: Cause, told: Told | None) -> None: ...


class Lookout:
    """Watches a service through its report.

    ``messenger`` is None where the owner named no service. ``had_login`` tells whether there ever
    was a login, and ``is_damaged`` whether its file could not be used; ``directory`` is where the
    login is kept, whose disk may fill up.
    """

    def __init__(
        self,
        *,
        report: Callable[[], Report],
        had_login: Callable[[], bool],
        is_damaged: Callable[[], bool],
        directory: Path,
        messenger: Delivers | None,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._report = report
        self._had_login = had_login
        self._is_damaged = is_damaged
        self._directory = directory
        self._messenger = messenger
        self._notes = notes
        self._clock = clock
        self._health: Health | None = None
        self._since_s = clock.monotonic()
        self._retry_s: dict[Cause, float] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            told = await self._notes.told()
        except StateUnreadable:
            told = {}
        while True:
            alerts = tuple(due(self._circumstances(), told))
            self._forget_retries(alert.cause for alert in alerts)
            for alert in alerts:
                if self._clock.monotonic() >= self._retry_s.get(alert.cause, 0.0):
                    await self._tell(alert, told)
            await self._clock.sleep(PERIOD_S)

    def _circumstances(self) -> Circumstances:
        report, now_s = self._report(), self._clock.monotonic()
        health = report.status.health
        if health is not self._health and not {health, self._health} <= SILENCE:
            self._since_s = now_s
        self._health = health
        return Circumstances(
            report=report,
            lasted_s=now_s - self._since_s,
            had_login=self._had_login(),
            is_damaged=self._is_damaged(),
            free_bytes=_free_bytes(self._directory),
            now_at=self._now_at(),
        )

    def _forget_retries(self, still_true: Iterable[Cause]) -> None:
        """Forget what passed by while nobody could be reached: when it comes back, it is news."""
        true, now_s = set(still_true), self._clock.monotonic()
        self._retry_s = {
            cause: at_s for cause, at_s in self._retry_s.items() if cause in true or at_s > now_s
        }

    async def _tell(self, alert: Alert, told: dict[Cause, Told]) -> None:
        if alert.cause not in self._retry_s:
            log.warning("owner_has_to_act", cause=alert.cause, title=alert.title, advice=alert.body)
        # Noted first: whenever the service is stopped, nothing is told twice.
        before = told.get(alert.cause)
        await self._note(alert.cause, Told(told_at=self._now_at(), mark=alert.mark), told)
        if self._messenger is None or await self._messenger.deliver(alert):
            self._retry_s.pop(alert.cause, None)
        else:
            self._retry_s[alert.cause] = self._clock.monotonic() + RETRY_S
            await self._note(alert.cause, before, told)

    async def _note(self, cause: Cause, new: Told | None, told: dict[Cause, Told]) -> None:
        if new is None:
            del told[cause]
        else:
            told[cause] = new
        try:
            await self._notes.keep(cause, new)
        except StateUnwritable:
            log.warning("alert_not_noted", cause=cause)

    def _now_at(self) -> int:
        return round(self._clock.now() * 1000)


def _free_bytes(directory: Path) -> int | None:
    try:
        disk = os.statvfs(directory)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize
