"""Who keeps the grant and runs a login or a logout: the service, or else this very process.

The service uses a new grant at once. Only one process may hold the state directory, so a command
opens it itself only when no service runs.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from tonearm.poller.clock import Clock
from tonearm.poller.errors import LoginFailed, StateInUse
from tonearm.poller.login import Welcome
from tonearm.poller.plays import open_plays
from tonearm.server.account import OpenAccount, open_account
from tonearm.server.configuration import config as settings_file
from tonearm.server.configuration import paths
from tonearm.server.configuration.settings import Settings
from tonearm.server.owner.control_client import ControlClient, NotRunning, ServiceRefused, reach
from tonearm.server.owner.control_messages import Begun, Farewell, Landed
from tonearm.server.owner.farewell import forget_all

SYSTEM_SETTINGS: Final = Path("/etc/tonearm")


class GrantKeeper(Protocol):
    """Runs logins and logouts; ``next_step`` is what the owner does after a login that worked."""

    next_step: str

    async def begin_login(self) -> Begun:
        """Begin an attempt; an earlier one is worthless from then on."""

    async def finish_login(self, landed: Landed) -> Welcome:
        """Trade what the browser brought for a stored grant; raise a TonearmError if it is none."""

    async def logout(self) -> Farewell:
        """Delete the grant and what was played; raise a TonearmError if the disk refuses."""


@contextlib.asynccontextmanager
async def open_keeper(
    environ: Mapping[str, str], *, config: Path | None, clock: Clock, command: str = "login"
) -> AsyncIterator[GrantKeeper]:
    """Find the running service or open the state directory, for as long as the context lasts.

    ``command`` is what the owner runs, for the sentences.

    Raises:
        ConfigError: no service runs, and the settings cannot be used; every mistake is named.
        TonearmError: neither way is open; the message says what to do.
    """
    async with contextlib.AsyncExitStack() as stack:
        client = await _running_service(stack, environ, config)
        if client is not None:
            yield _Service(client)
        else:
            settings = settings_file.load(environ, config=config)
            yield await stack.enter_async_context(
                _this_process(settings, environ, clock=clock, command=command)
            )


async def _running_service(
    stack: contextlib.AsyncExitStack, environ: Mapping[str, str], config: Path | None
) -> ControlClient | None:
    """Connect to the service for as long as ``stack`` lasts; return None if there is none."""
    sockets = settings_file.control_sockets(environ, config=config)
    with contextlib.suppress(NotRunning):
        return await stack.enter_async_context(reach(sockets))
    return None


class _Service:
    next_step = "The running service uses it already."

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    async def begin_login(self) -> Begun:
        return await self._client.begin_login()

    async def finish_login(self, landed: Landed) -> Welcome:
        try:
            return await self._client.finish_login(landed)
        except ServiceRefused as error:
            raise LoginFailed(str(error)) from None

    async def logout(self) -> Farewell:
        return await self._client.logout()


class _ThisProcess:
    next_step = "Start the service with `tonearm run`."

    def __init__(self, account: OpenAccount) -> None:
        self._account = account
        self._login = account.login(logged_in=lambda: None)

    async def begin_login(self) -> Begun:
        return Begun(url=self._login.begin(), redirect_uri=self._login.redirect_uri)

    async def finish_login(self, landed: Landed) -> Welcome:
        return await self._login.finish(landed.address, is_other_account=landed.is_other_account)

    async def logout(self) -> Farewell:
        async with open_plays(self._account.directory, clock=self._account.clock) as plays:
            return await forget_all(self._account, plays)


@contextlib.asynccontextmanager
async def _this_process(
    settings: Settings, environ: Mapping[str, str], *, clock: Clock, command: str
) -> AsyncIterator[_ThisProcess]:
    """Open the owner's state directory and keep the grant there."""
    if is_the_systems(settings, environ):
        raise LoginFailed(
            f"{settings.source} is for the system's service, which keeps its login itself: start"
            f" it first (`sudo systemctl start tonearm`), then run `sudo tonearm {command}`."
        )
    try:
        async with open_account(settings, clock=clock) as account:
            yield _ThisProcess(account)
    except StateInUse:
        raise StateInUse(
            f"A tonearm is at work in {settings.state.directory} but does not answer on its control"
            f" socket: stop or restart it, then run `tonearm {command}` again."
        ) from None


def is_the_systems(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Tell whether these settings are the system service's, whose state this process cannot know.

    systemd names the state directory only to the service itself; anybody else would keep a grant
    that the service never finds.
    """
    is_of_system = settings.source is not None and settings.source.parent == SYSTEM_SETTINGS
    is_users = settings.state.directory == paths.state_directory(environ)
    return is_of_system and is_users and "STATE_DIRECTORY" not in environ
