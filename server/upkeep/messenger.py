"""Carries alerts to the owner through the ``apprise`` library: ntfy, Gotify, Discord, mail...

The addresses hold passwords, so nothing that apprise says of them is repeated. Apprise comes with
the extra ``alerts``; who named no service need not have it.
"""

import asyncio
import contextlib
import sys
import threading
import warnings
from typing import Any, Final, Self

import structlog

from tonearm.poller.secret import Secret
from tonearm.server.configuration.problems import ConfigError, Problem

from .alerts import Alert

DEADLINE_S: Final = 30.0

log = structlog.get_logger()


class Messenger:
    """Sends to every service the owner named; apprise blocks, so each has a thread of its own."""

    def __init__(self, apprise: Any, *, deadline_s: float) -> None:
        self._services = tuple(apprise)
        self._deadline_s = deadline_s
        self._silent: dict[int, asyncio.Future[bool]] = {}

    @classmethod
    def to(cls, urls: Secret, *, deadline_s: float = DEADLINE_S) -> Self:
        """Return one that sends to ``urls``, in apprise's own form and divided by spaces.

        Raises:
            ConfigError: apprise is not installed, or does not know the kind of an address.
        """
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                import apprise  # noqa: PLC0415  (an extra)
        except ImportError:
            raise _unusable(
                f"it needs the library apprise; run `{sys.executable} -m pip install apprise`, or"
                " leave it out"
            ) from None
        services = apprise.Apprise()
        for place, url in enumerate(urls.reveal().split(), start=1):
            # Each of its hundred plug-ins is loaded for the first one, some older than Python's.
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                is_known = services.add(url)
            if not is_known:
                raise _unusable(
                    f"apprise does not know address {place}; https://appriseit.com/services/ has"
                    " how they are written"
                )
        return cls(services, deadline_s=deadline_s)

    async def deliver(self, alert: Alert) -> bool:
        """Send to all; tell whether at least one service took it."""
        # Who has not answered the last one is not asked again: its thread may hang for ever, and
        # one more at each try would leave none for anything else.
        sent = {
            place: _sent(service, alert)
            for place, service in enumerate(self._services)
            if place not in self._silent or self._silent[place].done()
        }
        self._silent |= sent
        if sent:
            await asyncio.wait(sent.values(), timeout=self._deadline_s)
        has_taken = any(each.done() and each.result() for each in sent.values())
        if not has_taken:
            log.warning("alert_not_delivered", cause=alert.cause)
        return has_taken


def _sent(service: Any, alert: Alert) -> asyncio.Future[bool]:
    """Begin to send, and return whether the service takes it.

    In a thread that nobody waits for: the event loop's own ones would hold up the end of the
    process for as long as a service is silent.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def send() -> None:
        has_taken = False
        # Whatever its hundred plug-ins raise; it may name the address.
        with contextlib.suppress(Exception):
            has_taken = service.notify(title=alert.title, body=alert.body) is True
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(answer.set_result, has_taken)

    try:
        threading.Thread(target=send, name="alert", daemon=True).start()
    except RuntimeError:  # there may be no more threads: systemd counts them
        answer.set_result(False)
    return answer


def _unusable(reason: str) -> ConfigError:
    return ConfigError([Problem(key="alerts.apprise_urls", where="settings", allowed=reason)])
