"""`tonearm login`: sends the owner to Spotify and brings the answer to whoever keeps the grant.

It knows both ways back from the browser, a page of our own and an address that is pasted.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tonearm.poller.clock import Clock, SystemClock
from tonearm.poller.errors import LoginFailed
from tonearm.poller.grant import VALID_S
from tonearm.poller.login import Welcome
from tonearm.server.owner.control_messages import Begun, Landed

from . import landing, qr
from .keeper import GrantKeeper, open_keeper
from .terminal import Terminal


async def sign_in(
    environ: Mapping[str, str],
    *,
    config: Path | None,
    paste: bool,
    is_other_account: bool,
    terminal: Terminal | None = None,
    clock: Clock | None = None,
) -> None:
    """Get the owner's grant and have it kept.

    Raises:
        TonearmError: a sentence for the owner; the grant there was is untouched.
    """
    terminal, clock = terminal or Terminal(), clock or SystemClock()
    async with open_keeper(environ, config=config, clock=clock) as keeper:
        begun = await keeper.begin_login()
        if paste:
            landed = await _pasted(begun, terminal)
            welcome = await keeper.finish_login(
                Landed(address=landed, is_other_account=is_other_account)
            )
        else:
            welcome = await _by_browser(
                begun, keeper, terminal, clock, is_other_account=is_other_account
            )
    terminal.say(greeting(welcome))
    terminal.say(welcome.advice or keeper.next_step)


def greeting(welcome: Welcome) -> str:
    """Say who logged in and until when that holds."""
    until = datetime.fromtimestamp(welcome.valid_until_at / 1000, UTC)
    who = f"Logged in as {welcome.account}" if welcome.account else "Logged in"
    return f"{who}, valid until {until.day} {until:%B %Y}."


async def _pasted(begun: Begun, terminal: Terminal) -> str:
    """Show the link and return what the owner pastes."""
    terminal.say("Open this link in any browser and agree:")
    terminal.say(f"\n{begun.url}\n")
    if qr.draw(begun.url, terminal.stdout, columns=terminal.columns):
        terminal.say()
    terminal.say(
        f"The browser then goes to {begun.redirect_uri}?...\n"
        "The page may fail to load. Copy its whole address from the address bar, paste it here and"
        " press Enter:"
    )
    line = await terminal.typed_line()
    if not line:
        raise LoginFailed(
            "Nothing was pasted, so nothing was changed: run `tonearm login --paste` again."
        )
    return line


async def _by_browser(
    begun: Begun,
    keeper: GrantKeeper,
    terminal: Terminal,
    clock: Clock,
    *,
    is_other_account: bool,
) -> Welcome:
    """Send the owner's browser to Spotify and wait for its landing."""
    if urlsplit(begun.redirect_uri).scheme != "http":
        raise LoginFailed(
            f"The browser will land on {begun.redirect_uri}, where this command cannot listen: run"
            " `tonearm login --paste`."
        )
    (state,) = parse_qs(urlsplit(begun.url).query)["state"]
    async with landing.listen(begun.redirect_uri, state=state) as page:
        terminal.say("Agree in the browser. If none opens, open this link on this machine:")
        terminal.say(f"\n{begun.url}\n")
        terminal.say("Over ssh, stop with Ctrl-C and run `tonearm login --paste`.")
        query = await _landing_query(page, begun.url, terminal, clock)
        welcome = await keeper.finish_login(
            Landed(address=query, is_other_account=is_other_account)
        )
        page.welcome(greeting(welcome))
        return welcome


async def _landing_query(page: landing.Landing, url: str, terminal: Terminal, clock: Clock) -> str:
    """Return what the browser brings; a browser in a terminal may run for as long as that takes."""
    landed = asyncio.create_task(page.query(), name="landing")
    expiry = asyncio.create_task(clock.sleep(VALID_S), name="login-expiry")
    browser = asyncio.create_task(terminal.browse(url), name="browser")
    try:
        await asyncio.wait({landed, expiry}, return_when=asyncio.FIRST_COMPLETED)
        if not landed.done():
            raise LoginFailed(
                "No browser came back within 10 minutes, so nothing was changed: run `tonearm"
                " login` again."
            )
        return landed.result()
    finally:
        for task in (landed, expiry, browser):
            task.cancel()
