"""Carries alerts to the owner through the ``apprise`` library: ntfy, Gotify, Discord, mail...

The addresses hold passwords, so nothing that apprise says of them is repeated. Apprise comes with
the extra ``alerts``; who named no service need not have it.
"""

import asyncio
import warnings
from typing import Any, Final, Self

import structlog

from tonearm.poller.secret import Secret

from .alerts import Alert
from .problems import ConfigError, Problem

DEADLINE_S: Final = 30.0

log = structlog.get_logger()


class Messenger:
    """Sends to every service the owner named; apprise blocks, so it has a thread of its own."""

    def __init__(self, apprise: Any) -> None:
        self._apprise = apprise

    @classmethod
    def to(cls, urls: Secret) -> Self:
        """Return one that sends to ``urls``, in apprise's own form and divided by spaces.

        Raises:
            ConfigError: apprise is not installed, or does not know the kind of an address.
        """
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                import apprise  # noqa: PLC0415  (an extra)
        except ImportError:
            raise _unusable(
                "it needs the library apprise; install tonearm[alerts], or leave it out"
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
        return cls(services)

    async def deliver(self, alert: Alert) -> bool:
        """Send to all; tell whether at least one service took it."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                results = await asyncio.gather(
                    *(
                        asyncio.to_thread(service.notify, title=alert.title, body=alert.body)
                        for service in self._apprise
                    ),
                    return_exceptions=True,
                )
        except TimeoutError:
            results = []
        has_taken = any(result is True for result in results)
        if not has_taken:
            log.warning("alert_not_delivered", cause=alert.cause)
        return has_taken


def _unusable(reason: str) -> ConfigError:
    return ConfigError([Problem(key="alerts.apprise_urls", where="in use", allowed=reason)])
