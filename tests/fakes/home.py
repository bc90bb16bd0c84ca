"""A machine to log in from: settings, a screen, a keyboard (a pipe), a browser, and Spotify.

Spotify is the simulated account on a port of its own; the rest is the real command.
"""

import asyncio
import contextlib
import os
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from owner import Browser, Screen

from tonearm.poller.clock import Clock, SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import Authorization, RegisteredApp
from tonearm.poller.simulated.http import serve
from tonearm.server.account import OpenAccount, open_account
from tonearm.server.configuration.config import load
from tonearm.server.configuration.settings import Settings
from tonearm.server.console import signin
from tonearm.server.console.terminal import Terminal
from tonearm.server.owner import control
from tonearm.server.owner.control_routes import login_routes

SETTINGS = """\
[spotify]
client_id = "{client_id}"
redirect_uri = "{redirect_uri}"
api_url = "{base}/v1"
accounts_url = "{base}"
[state]
directory = "state"
[control]
socket = "control/control.sock"
"""


@dataclass(slots=True, kw_only=True)
class Home:
    """Where ``tonearm login`` runs; ``screen`` is what the last one printed."""

    account: Account
    settings_file: Path
    redirect_uri: str
    keyboard: int
    typing: int
    screen: str = ""
    browser: Browser = field(default_factory=Browser)

    @property
    def environ(self) -> dict[str, str]:
        return {"HOME": str(self.settings_file.parent)}

    def settings(self) -> Settings:
        return load(self.environ, config=self.settings_file)

    def write(self, key: str, value: str) -> None:
        """Change one line of the settings file."""
        text = self.settings_file.read_text()
        text, count = re.subn(f"(?m)^{key} = .*$", f'{key} = "{value}"', text)
        assert count == 1
        self.settings_file.write_text(text)

    async def login(
        self,
        *,
        paste: Callable[[str], str] | None = None,
        on_link: Callable[[str], object] | None = None,
        is_other_account: bool = False,
        is_terminal: bool = False,
        clock: Clock | None = None,
    ) -> str:
        """Log in and return what was printed.

        ``paste`` is given the link, may block, and returns what the owner types; without it the
        browser is opened. ``on_link`` is told when the link stands on the screen.
        """
        loop = asyncio.get_running_loop()

        def shown(link: str) -> None:
            if on_link is not None:
                on_link(link)
            if paste is not None:
                loop.run_in_executor(None, self._type, paste, link)

        screen = Screen(shown, is_terminal=is_terminal)
        with os.fdopen(os.dup(self.keyboard)) as stdin:
            try:
                await signin.sign_in(
                    self.environ,
                    config=self.settings_file,
                    paste=paste is not None,
                    is_other_account=is_other_account,
                    terminal=Terminal(stdin=stdin, stdout=screen, open_browser=self.browser),
                    clock=clock,
                )
            finally:
                self.screen = screen.getvalue()
        return self.screen

    def _type(self, paste: Callable[[str], str], link: str) -> None:
        os.write(self.typing, f"{paste(link)}\n".encode())

    @contextlib.asynccontextmanager
    async def service(self) -> AsyncIterator[OpenAccount]:
        """Run the part of the service that a login meets."""
        settings = self.settings()
        async with open_account(settings, clock=SystemClock()) as account:
            login = account.login(logged_in=lambda: None)
            app = control.application(login_routes(login))
            async with control.listen(app, settings.control.socket):
                yield account

    async def kept(self) -> str | None:
        """Return whose grant is kept, None when there is none."""
        async with open_account(self.settings(), clock=SystemClock()) as account:
            grant = account.tokens.grant
            return grant.account.name if grant and grant.account else None


@contextlib.asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[Home]:
    """Furnish ``folder``; the simulated listener is called Ann."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        redirect_uri = f"http://127.0.0.1:{sock.getsockname()[1]}/callback"
    app = RegisteredApp(redirect_uris=("http://127.0.0.1/callback",))  # allows any port
    account = Account(authorization=Authorization(app=app))
    account.listener.name = "Ann"
    settings_file = folder / "tonearm.toml"
    keyboard, typing = os.pipe()
    async with serve(account, clock=SystemClock()) as base:
        settings_file.write_text(
            SETTINGS.format(client_id=app.client_id, redirect_uri=redirect_uri, base=base)
        )
        yield Home(
            account=account,
            settings_file=settings_file,
            redirect_uri=redirect_uri,
            keyboard=keyboard,
            typing=typing,
        )
    for end in (keyboard, typing):
        with contextlib.suppress(OSError):  # a test may have closed it: end of input
            os.close(end)
