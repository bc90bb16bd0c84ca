"""Who keeps the grant of a login: the running service, or this very process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from home import Home, at_home
from owner import decide

from tonearm.poller.clock import SystemClock
from tonearm.poller.errors import StateInUse
from tonearm.poller.state_directory import StateDirectory
from tonearm.server.configuration.config import ConfigError
from tonearm.server.console.keeper import is_the_systems, open_keeper
from tonearm.server.owner.control_client import NotRunning


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A machine to log in from."""
    async with at_home(tmp_path) as home:
        yield home


async def test_the_service_uses_the_grant_at_once_when_it_runs(home: Home) -> None:
    """The newest consent is the one in use, and no restart is needed."""
    async with home.service() as account:
        printed = await home.login()

        assert not account.tokens.needs_login

    assert "The running service uses it already." in printed


async def test_the_newest_consent_wins_when_the_old_grant_is_dead(home: Home) -> None:
    """A service that went on with the dead grant would never come back."""
    async with home.service() as account:
        await home.login()
        first = await account.tokens.access()
        home.account.revoke_grant()
        await home.login()

        assert await account.tokens.access() != first


async def test_the_command_needs_no_settings_when_the_service_runs(home: Home) -> None:
    """The service knows its app; whoever reaches its socket can log in."""
    async with home.service() as account:
        home.settings_file.write_text('[control]\nsocket = "control/control.sock"\n')
        await home.login()

        assert not account.tokens.needs_login


async def test_the_service_is_found_when_its_socket_path_is_too_long(home: Home) -> None:
    """The kernel takes 107 bytes; both sides compute the same short path from a longer one."""
    home.write("socket", str(home.settings_file.parent / ("deep" * 40) / "control.sock"))

    async with home.service():
        printed = await home.login()

    assert "The running service uses it already." in printed


async def test_the_sentence_says_so_when_the_service_stops_in_the_middle(home: Home) -> None:
    """The command does not go on without it: the service would never find that grant."""
    async with contextlib.AsyncExitStack() as service:
        await service.enter_async_context(home.service())
        loop = asyncio.get_running_loop()

        def stop_then_agree(link: str) -> str:
            landed = decide(link)
            asyncio.run_coroutine_threadsafe(service.aclose(), loop).result()
            return landed

        with pytest.raises(NotRunning, match="stopped in the middle"):
            await home.login(paste=stop_then_agree)

    assert await home.kept() is None


async def test_every_mistake_is_named_when_no_service_runs(home: Home) -> None:
    """The owner mends all of them at once, not one per try."""
    home.write("client_id", "not an id!")
    home.write("redirect_uri", "http://localhost:8888/callback")

    with pytest.raises(ConfigError) as error:
        await home.login()

    keys = [problem.key for problem in error.value.problems]
    assert keys == ["spotify.client_id", "spotify.redirect_uri"]


async def test_the_sentence_says_what_to_stop_when_a_silent_service_holds_the_state(
    home: Home,
) -> None:
    """Two processes never share a grant, not even for a login."""
    with (
        StateDirectory(home.settings().state.directory),
        pytest.raises(StateInUse, match="does not answer on its control socket"),
    ):
        await home.login()


async def test_the_service_must_run_when_the_settings_are_the_systems(home: Home) -> None:
    """A grant in this user's own state directory would never be found by the service."""
    settings = home.settings()
    its = replace(settings, source=Path("/etc/tonearm/tonearm.toml"))
    usual = Path(home.environ["HOME"]) / ".local/state/tonearm"
    default = replace(its, state=replace(its.state, directory=usual))

    assert is_the_systems(default, home.environ)
    assert not is_the_systems(default, {**home.environ, "STATE_DIRECTORY": str(usual)})
    assert not is_the_systems(its, home.environ)
    assert not is_the_systems(settings, home.environ)


async def test_the_browser_learns_nothing_when_the_command_fails_early(home: Home) -> None:
    """A mistake in the settings shows before any browser opens."""
    home.settings_file.write_text("[state]\n")

    with pytest.raises(ConfigError):
        await home.login()

    assert home.browser.pages == []


async def test_a_logout_deletes_the_grant_when_no_service_runs(home: Home) -> None:
    """And names the files that may still hold an old one, for it deletes no evidence."""
    await home.login()
    aside = home.settings().state.directory / "grant.db.20260101T000000Z"
    make_file(aside)

    async with open_keeper(
        home.environ, config=home.settings_file, clock=SystemClock(), command="logout"
    ) as keeper:
        farewell = await keeper.logout()

    assert await home.kept() is None
    assert farewell.set_aside == (str(aside),)


async def test_the_sentence_names_the_command_when_a_silent_service_holds_the_state(
    home: Home,
) -> None:
    """Who logs out is not told to log in."""
    keeping = open_keeper(
        home.environ, config=home.settings_file, clock=SystemClock(), command="logout"
    )
    with (
        StateDirectory(home.settings().state.directory),
        pytest.raises(StateInUse, match="then run `tonearm logout`"),
    ):
        async with keeping:
            pass


def make_file(path: Path) -> None:
    """Make an empty file."""
    path.touch(0o600)
