"""One owner's account at Spotify, opened: the grant on disk, the tokens, the API, the login.

The service and a `tonearm login` without a service build it here, so they cannot differ.
"""

import contextlib
import os
import random
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from tonearm.poller.clock import Clock
from tonearm.poller.ledger import CountedTransport, Ledger
from tonearm.poller.ledger_store import open_ledger_store
from tonearm.poller.login import Login
from tonearm.poller.options import App, Hosts
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.spotify import Spotify
from tonearm.poller.state_directory import StateDirectory
from tonearm.poller.store import open_state
from tonearm.poller.tokens import Tokens
from tonearm.server.configuration import paths
from tonearm.server.configuration.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """What :func:`open_account` opened; it is closed when that context ends."""

    app: App
    clock: Clock
    directory: StateDirectory
    tokens: Tokens
    spotify: Spotify
    ledger: Ledger

    def login(self, *, logged_in: Callable[[], None]) -> Login:
        """Return what can give this account a new grant; ``logged_in`` is called when it did."""
        return Login(
            app=self.app,
            tokens=self.tokens,
            spotify=self.spotify,
            clock=self.clock,
            entropy=secrets.token_bytes,
            logged_in=logged_in,
        )


@contextlib.asynccontextmanager
async def open_account(
    settings: Settings,
    *,
    clock: Clock,
    hosts: Hosts = Hosts(),  # noqa: B008  (a frozen value)
) -> AsyncIterator[OpenAccount]:
    """Hold the state directory and open everything that needs it.

    Raises:
        StateError: the state directory cannot be used.
    """
    async with (
        open_state(settings.state.directory, clock=clock) as store,
        open_ledger_store(store.directory, clock=clock) as ledger_store,
        open_session() as session,
    ):
        transport = HttpTransport(session)
        ledger = Ledger(store=ledger_store, clock=clock, setting=settings.look.daily_calls)
        await ledger.load()
        tokens = Tokens(
            store=store,
            transport=CountedTransport(transport, ledger),
            clock=clock,
            app=settings.spotify,
            runtime_directory=paths.runtime_directory(os.environ),
            jitter=random.random,
        )
        await tokens.load()
        try:
            spotify = Spotify(
                transport=transport,
                tokens=tokens,
                store=store,
                ledger=ledger,
                app=settings.spotify,
                hosts=hosts,
                clock=clock,
            )
            await spotify.load()
            yield OpenAccount(
                app=settings.spotify,
                clock=clock,
                directory=store.directory,
                tokens=tokens,
                spotify=spotify,
                ledger=ledger,
            )
        finally:
            await tokens.close()
            await ledger.close()
