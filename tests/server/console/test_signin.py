"""``tonearm login`` when all goes well, by browser and by paste, with and without a service."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from home import Home, at_home
from owner import decide

from tonearm.poller.simulated.faults import Endpoint, not_allow_listed, server_trouble

RUNNING_OR_NOT = pytest.mark.parametrize("is_running", [False, True])


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A machine to log in from."""
    async with at_home(tmp_path) as home:
        yield home


async def test_the_grant_is_kept_when_the_browser_came_back(home: Home) -> None:
    """Without a service, the command itself keeps the grant and says what to do next."""
    printed = await home.login()

    assert "Logged in as Ann, valid until " in printed
    assert "tonearm run" in printed
    assert await home.kept() == "Ann"


async def test_the_browser_shows_who_logged_in_when_it_came_back(home: Home) -> None:
    """The owner looks at the browser, not at the terminal."""
    await home.login()

    (page,) = home.browser.pages
    assert page.status == 200
    assert "Logged in as Ann" in page.body


@RUNNING_OR_NOT
@pytest.mark.parametrize(
    "as_copied",
    [
        lambda landed: landed,
        lambda landed: landed.partition("?")[2],
        lambda landed: f"  <{landed}>\t",
    ],
    ids=["address", "query", "quoted"],
)
async def test_the_grant_is_kept_when_the_landing_is_pasted(
    home: Home, as_copied: Callable[[str], str], is_running: bool
) -> None:
    """The address, its query alone, or the address as a mail program quotes it."""
    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        printed = await home.login(paste=lambda link: as_copied(decide(link)))

    assert "Logged in as Ann" in printed
    assert await home.kept() == "Ann"


async def test_no_browser_is_opened_when_pasting(home: Home) -> None:
    """Over ssh, a browser would open on the wrong machine or fill the terminal."""
    await home.login(paste=decide)

    assert home.browser.pages == []


async def test_an_https_address_works_when_pasting(home: Home) -> None:
    """A public callback serves nothing of ours, so its address is pasted."""
    uri = "https://music.example/callback"
    spotify = home.account.authorization
    spotify.app = replace(spotify.app, redirect_uris=(uri,))
    home.write("redirect_uri", uri)

    printed = await home.login(paste=decide)

    assert "Logged in as Ann" in printed


async def test_the_link_stands_alone_when_it_is_printed(home: Home) -> None:
    """A triple click copies it, and a script can cut it out."""
    printed = await home.login(paste=decide)

    (link,) = (line for line in printed.splitlines() if "/authorize?" in line)
    assert parse_qs(urlsplit(link).query)["redirect_uri"] == [home.redirect_uri]


@pytest.mark.parametrize("is_terminal", [True, False])
async def test_a_code_to_scan_is_drawn_when_the_screen_is_a_terminal(
    home: Home, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    """The browser may be on a phone; in a file, the blocks would only be in the way."""
    monkeypatch.setenv("COLUMNS", "120")

    printed = await home.login(paste=decide, is_terminal=is_terminal)

    assert ("▀" in printed) is is_terminal


async def test_the_real_login_goes_on_when_a_landing_is_forged(home: Home) -> None:
    """Login CSRF: a site sends the owner's browser here with an attacker's code, and is refused."""
    home.browser.detours = (
        f"{home.redirect_uri}?code=attackers&state=attackers",
        f"{home.redirect_uri}?error=access_denied&state=attackers",
        home.redirect_uri.replace("/callback", "/favicon.ico"),
    )

    printed = await home.login()

    assert "Logged in as Ann" in printed
    assert [page.status for page in home.browser.pages] == [400, 400, 404, 200]


@RUNNING_OR_NOT
async def test_the_grant_changes_hands_when_that_is_said(home: Home, is_running: bool) -> None:
    """``--other-account`` is the one way to show somebody else's music from now on."""
    await home.login()
    home.account.listener.account_id, home.account.listener.name = "another", "Bob"

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        printed = await home.login(is_other_account=True)

    assert "Logged in as Bob" in printed
    assert await home.kept() == "Bob"


@RUNNING_OR_NOT
async def test_advice_is_printed_when_spotify_does_not_serve_the_account(
    home: Home, is_running: bool
) -> None:
    """The grant is good; what is missing is a line in the developer dashboard."""
    home.account.faults.always(Endpoint.ME, not_allow_listed())

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        printed = await home.login()

    assert "Logged in, valid until " in printed
    assert "Users Management" in printed


async def test_the_grant_is_kept_when_only_the_name_cannot_be_had(home: Home) -> None:
    """A consent is worth more than knowing whose it is."""
    home.account.faults.always(Endpoint.ME, server_trouble())

    await home.login()

    async with home.service() as account:
        assert not account.tokens.needs_login


@RUNNING_OR_NOT
async def test_no_secret_is_shown_when_everything_is_logged(
    home: Home,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    is_running: bool,
) -> None:
    """Only the link may show its own one-time state: no code, no token, nowhere."""
    caplog.set_level(logging.DEBUG)
    landed: list[str] = []

    def consent(link: str) -> str:
        landed.append(decide(link))
        return landed[0]

    home.browser.consent = consent

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        printed = await home.login()
    async with home.service() as account:
        token = (await account.tokens.access()).reveal()

    shown = "".join((printed, caplog.text, *capfd.readouterr(), home.browser.pages[0].body))
    (code,) = parse_qs(urlsplit(landed[0]).query)["code"]
    assert "Logged in as Ann" in shown
    assert code not in shown
    assert token not in shown
    assert "code_verifier" not in shown
