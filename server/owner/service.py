"""The running service as its owner's commands see it: how it is, and what it may be told.

It reads what the poller, the hub and the account know, and decides nothing. Whatever it tells of
an item is what is published: a hidden item is hidden here too.
"""

import math
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, Literal

from tonearm.poller.clock import Clock
from tonearm.poller.grant import days_left
from tonearm.poller.loop import Poller
from tonearm.poller.plays import Plays
from tonearm.server.account import OpenAccount
from tonearm.server.feed.hub import Hub

from .control_messages import Calls, Farewell, Login, NextLook, Report, Status
from .farewell import forget_all

_VERSION: Final = version("tonearm")  # once: it reads a file, and there may be none left to open


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything a command may reach; ``url`` is where the public port is."""

    clock: Clock
    account: OpenAccount
    plays: Plays
    poller: Poller
    hub: Hub
    url: str
    began_s: float

    def report(self) -> Report:
        """Return how the service is at this moment."""
        snapshot, error = self.poller.snapshot, self.poller.last_error
        return Report(
            status=Status(
                state=snapshot.state,
                health=snapshot.health,
                until=snapshot.until,
                item=snapshot.item,
                next_look=self._next_look(),
                calls=self._calls(),
                login=self.login,
                viewers=self.hub.audience(),
                version=_VERSION,
                uptime_s=round(self.clock.monotonic() - self.began_s),
                paused_until=self._paused_until(),
            ),
            trouble=None if error is None else str(error),
            is_unsaved=self.account.tokens.is_unsaved,
            url=self.url,
        )

    @property
    def login(self) -> Login | None:
        """The login in use, None when one is needed."""
        grant = self.account.tokens.grant
        if grant is None or not grant.is_alive:
            return None
        return Login(
            valid_until=grant.valid_until_at,
            days_left=days_left(grant.authorized_at, now_at=round(self.clock.now() * 1000)),
            account=grant.account.name if grant.account else None,
        )

    async def logout(self) -> Farewell:
        """Delete the grant and what was played, and show nothing from then on."""
        return await forget_all(self.account, self.plays, stop_showing=self.poller.logged_out)

    def _next_look(self) -> NextLook:
        look = self.poller.next_look
        wait_s = max(0.0, look.at_s - self.clock.monotonic())
        return NextLook(in_s=round(wait_s, 1) if math.isfinite(wait_s) else None, why=look.why)

    def _calls(self) -> Calls:
        usage = self.account.ledger.usage
        return Calls(last_24h=usage.last_24h, ceiling=usage.ceiling, learned=usage.learned)

    def _paused_until(self) -> int | Literal["resume"] | None:
        incognito = self.poller.incognito
        if incognito is None:
            return None
        return "resume" if incognito.until_at is None else incognito.until_at
