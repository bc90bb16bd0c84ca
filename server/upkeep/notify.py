"""Talking to systemd, or to whoever else started us and listens: sd_notify(3), and no dependency.

It knows the wire: one datagram of ``NAME=value`` lines to the socket in ``$NOTIFY_SOCKET``. What is
told, and when, is the business of ``app`` and of ``watchdog``.
"""

import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final, Self

import structlog

log = structlog.get_logger()

SEND_S: Final = 0.5
"""How long the loop may stand still for a listener whose queue is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """Who started us. Without an ``address`` nobody listens, and telling does nothing.

    ``watchdog_s`` is how long it waits for a sign of life before it kills us, None for ever.
    """

    address: str | None = None
    watchdog_s: float | None = None

    @classmethod
    def found(cls, environ: MutableMapping[str, str]) -> Self:
        """Take who listens out of ``environ``, so that no child believes that it is meant."""
        address = environ.pop("NOTIFY_SOCKET", "")
        period_us = environ.pop("WATCHDOG_USEC", "")
        meant = environ.pop("WATCHDOG_PID", "") or str(os.getpid())
        if not address:
            return cls()
        if not address.startswith(("/", "@")):
            log.warning("notify_socket_not_understood", advice="NOTIFY_SOCKET has to be a path")
            return cls()
        is_watched = meant == str(os.getpid()) and period_us.isdecimal() and int(period_us) > 0
        return cls(address=address, watchdog_s=int(period_us) / 1e6 if is_watched else None)

    def tell(self, *assignments: str) -> None:
        """Send ``NAME=value`` lines in one datagram; that nobody takes it is no reason to fail."""
        if self.address is None:
            return
        # The kernel writes an abstract name, which is no file, with a NUL for its first character.
        name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(SEND_S)
                sender.sendto("\n".join(assignments).encode(), name)
        except OSError as error:
            log.warning("systemd_not_told", error=type(error).__name__, reason=error.strerror)
