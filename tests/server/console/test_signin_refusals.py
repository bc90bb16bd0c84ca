"""``tonearm login`` when something is wrong: every failure a sentence, and no grant lost."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_clock import FakeClock
from home import Home, at_home
from owner import decide

from tonearm.poller.errors import InvalidClient, LoginFailed
from tonearm.poller.simulated.faults import (
    Endpoint,
    Fault,
    captive_portal,
    cut,
    invalid_client,
    server_trouble,
)

RUNNING_OR_NOT = pytest.mark.parametrize("is_running", [False, True])


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A machine to log in from."""
    async with at_home(tmp_path) as home:
        yield home


def fewer_scopes(link: str) -> str:
    """Agree to less than the link asks for."""
    return decide(link.replace("+user-read-recently-played", ""))


@RUNNING_OR_NOT
@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("hello", "not the address the browser landed on"),
        ("\xff" * 3000, "not the address the browser landed on"),
        ("http://127.0.0.1:1/callback?code=stolen&state=s", "another address"),
        ("https://evil.example/callback?code=stolen&state={state}", "another address"),
        ("{link}", "Spotify's own page"),
        ("{redirect_uri}", "no code in that address"),
        ("{redirect_uri}?state={state}", "no code in that address"),
        ("{landed}&code=stolen", "the same thing twice"),
        ("{redirect_uri}?code=stolen&state=foreign", "another login attempt"),
        ("code=stolen", "another login attempt"),
        ("{redirect_uri}?code=stolen&state={state}", "no longer takes this code"),
        ("{redirect_uri}?error=access_denied&state={state}", "choose Agree"),
        ("{redirect_uri}?error=odd_word&state={state}", "odd_word"),
    ],
)
async def test_a_paste_is_refused_when_it_is_no_answer_to_us(
    home: Home, pasted: str, said: str, is_running: bool
) -> None:
    """Each gets its own sentence, repeats no code, and leaves no grant behind."""

    def paste(link: str) -> str:
        (state,) = parse_qs(urlsplit(link).query)["state"]
        return pasted.format(
            link=link, landed=decide(link), state=state, redirect_uri=home.redirect_uri
        )

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        with pytest.raises(LoginFailed, match=re.escape(said)) as failure:
            await home.login(paste=paste)

    assert "stolen" not in str(failure.value)
    assert await home.kept() is None


async def test_nothing_changes_when_the_owner_only_presses_enter(home: Home) -> None:
    """Enter is a 'no', answered with a sentence."""
    with pytest.raises(LoginFailed, match="Nothing was pasted"):
        await home.login(paste=lambda _link: "")


async def test_nothing_changes_when_there_is_no_input(home: Home) -> None:
    """A script without input ends; it does not wait for ever."""
    os.close(home.typing)
    home.typing = os.open(os.devnull, os.O_WRONLY)

    with pytest.raises(LoginFailed, match="Nothing was pasted"):
        await home.login(paste=lambda _link: "")


@RUNNING_OR_NOT
@pytest.mark.parametrize(
    ("consent", "said"),
    [
        (partial(decide, choice="cancel"), "choose Agree"),
        (fewer_scopes, "user-read-recently-played"),
    ],
    ids=["cancelled", "a scope less"],
)
async def test_browser_and_terminal_say_the_same_when_the_owner_does_not_agree(
    home: Home, consent: Callable[[str], str], said: str, is_running: bool
) -> None:
    """Wherever the owner looks, there is what to do."""
    home.browser.consent = consent

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        with pytest.raises(LoginFailed, match=said):
            await home.login()

    (page,) = home.browser.pages
    assert page.status == 400
    assert said in page.body


@RUNNING_OR_NOT
async def test_the_old_grant_stays_when_another_account_logs_in(
    home: Home, is_running: bool
) -> None:
    """A friend at the keyboard does not put his music on the owner's site by accident."""
    await home.login()
    home.account.listener.account_id, home.account.listener.name = "another", "Bob"

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        with pytest.raises(LoginFailed, match=r"another Spotify account \(Bob\).*--other-account"):
            await home.login()

    assert await home.kept() == "Ann"


@RUNNING_OR_NOT
@pytest.mark.parametrize(
    "fault", [cut(), server_trouble(), captive_portal()], ids=["cut", "5xx", "portal"]
)
async def test_the_sentence_says_to_try_again_when_the_way_to_spotify_fails(
    home: Home, fault: Fault, is_running: bool
) -> None:
    """A hiccup at the wrong moment costs one more try, and never the old grant."""
    await home.login()
    home.account.faults.next(Endpoint.TOKEN, fault)

    async with contextlib.AsyncExitStack() as stack:
        if is_running:
            await stack.enter_async_context(home.service())
        with pytest.raises(LoginFailed, match="Run `tonearm login` again"):
            await home.login()

    assert await home.kept() == "Ann"


async def test_the_sentence_names_the_settings_when_spotify_does_not_know_the_app(
    home: Home,
) -> None:
    """Another login would not help; another client_id does."""
    home.account.faults.next(Endpoint.TOKEN, invalid_client())

    with pytest.raises(InvalidClient, match=r"spotify\.client_id"):
        await home.login()


@pytest.mark.parametrize("is_pasted", [False, True])
async def test_the_wait_ends_when_ten_minutes_are_over(home: Home, is_pasted: bool) -> None:
    """The link is good for ten minutes, and nobody waits longer than that."""
    clock, loop = FakeClock(), asyncio.get_running_loop()

    def wait(_link: str) -> str:
        asyncio.run_coroutine_threadsafe(clock.advance(601), loop).result()
        return "code=late"

    home.browser.consent = lambda link: wait(link) and f"{home.redirect_uri}/closed"

    with pytest.raises(LoginFailed, match="10 minutes"):
        await home.login(paste=wait if is_pasted else None, clock=clock)


async def test_the_sentence_names_the_port_when_it_is_taken(home: Home) -> None:
    """Another program on the port is told apart from every other trouble."""
    port = urlsplit(home.redirect_uri).port
    with (
        socket.create_server(("127.0.0.1", port or 0)),
        pytest.raises(LoginFailed, match=rf"port {port} .*--paste.*spotify\.redirect_uri"),
    ):
        await home.login()


async def test_the_sentence_names_paste_when_the_address_is_https(home: Home) -> None:
    """This command cannot listen on somebody's web server."""
    home.write("redirect_uri", "https://music.example/callback")

    with pytest.raises(LoginFailed, match="--paste"):
        await home.login()


@pytest.mark.parametrize("arguments", [(), ("--paste",)], ids=["browser", "paste"])
async def test_ctrl_c_ends_the_command_when_it_waits(home: Home, arguments: tuple[str]) -> None:
    """Exit code 1 at once, and no traceback."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tonearm", "login", "--config", str(home.settings_file)),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "BROWSER": "true"},
        # Whoever runs the tests in the background of a script has it ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert command.stdout is not None
    while b"/authorize?" not in (line := await command.stdout.readline()):
        assert line, "the command ended before it printed a link"
    command.send_signal(signal.SIGINT)

    rest, complaints = await command.communicate()

    assert command.returncode == 1
    assert b"Traceback" not in rest + complaints
