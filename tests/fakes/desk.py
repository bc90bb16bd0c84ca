"""Where an owner logs in: the real login on a real store, the simulated account, no sockets."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore

from tonearm.poller.ledger import Ledger
from tonearm.poller.login import Login, Welcome
from tonearm.poller.options import App, Hosts
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import Authorization, RegisteredApp
from tonearm.poller.simulated.in_process import InProcess
from tonearm.poller.spotify import Spotify
from tonearm.poller.store import open_state
from tonearm.poller.tokens import Tokens


@dataclass(slots=True, kw_only=True)
class Desk:
    """Where the owner logs in; ``told`` counts how often the poller heard of a login."""

    account: Account
    clock: FakeClock
    tokens: Tokens
    login: Login
    told: list[str]

    def decide(self, link: str, choice: str = "agree") -> str:
        """Return where the browser is sent once the owner has chosen."""
        query = {**dict(parse_qsl(urlsplit(link).query)), "choice": choice}
        answer = self.account.authorization.decide(query, self.clock.monotonic())
        return answer.headers["location"]

    async def log_in(self, *, is_other_account: bool = False) -> Welcome:
        landed = self.decide(self.login.begin())
        return await self.login.finish(landed, is_other_account=is_other_account)

    def become(self, name: str) -> None:
        """Let the browser be logged in at Spotify as somebody else."""
        self.account.listener.account_id, self.account.listener.name = name.lower(), name

    def whose(self) -> str | None:
        """Return whose grant is kept."""
        grant = self.tokens.grant
        return grant.account.name if grant and grant.account else None


@asynccontextmanager
async def at_desk(folder: Path, app: App, registered: RegisteredApp) -> AsyncIterator[Desk]:
    """Furnish ``folder``; the simulated listener is called Ann."""
    clock, told = FakeClock(), list[str]()
    account = Account(authorization=Authorization(app=registered))
    account.listener.name = "Ann"
    transport = InProcess(account, clock)
    entropy = map(bytes.fromhex, map("{:02x}".format, itertools.count()))
    async with open_state(folder / "state", clock=clock) as store:
        tokens = Tokens(
            store=store,
            transport=transport,
            clock=clock,
            app=app,
            runtime_directory=None,
            jitter=lambda: 0.5,
        )
        await tokens.load()
        spotify = Spotify(
            transport=transport,
            tokens=tokens,
            store=store,
            ledger=Ledger(store=FakeLedgerStore(), clock=clock, setting=1_000),
            app=app,
            hosts=Hosts(),
            clock=clock,
        )
        login = Login(
            app=app,
            tokens=tokens,
            spotify=spotify,
            clock=clock,
            entropy=lambda count: next(entropy) * count,
            logged_in=lambda: told.append("logged in"),
        )
        yield Desk(account=account, clock=clock, tokens=tokens, login=login, told=told)
        await tokens.close()
