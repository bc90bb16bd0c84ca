"""Whose grant a login brings, and when that is a reason to refuse it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk import Desk, at_desk

from tonearm.poller.errors import InvalidGrant, LoginFailed, LoginNeeded
from tonearm.poller.options import App
from tonearm.poller.simulated.authorization import RegisteredApp
from tonearm.poller.simulated.faults import (
    Endpoint,
    Fault,
    not_allow_listed,
    rate_limited,
    server_trouble,
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose app has no secret, the usual case."""
    registered = RegisteredApp()
    async with at_desk(tmp_path, App(client_id=registered.client_id), registered) as desk:
        yield desk


async def bury(desk: Desk) -> None:
    """Let the grant be refused until that is believed."""
    await desk.clock.advance(3600)
    for _ in range(2):
        with pytest.raises((InvalidGrant, LoginNeeded)):
            await desk.tokens.access()
        await desk.clock.advance(31)
    assert desk.tokens.needs_login


async def test_another_account_is_refused_when_nobody_said_so(desk: Desk) -> None:
    """The sentence names both accounts and the way to mean it."""
    await desk.log_in()
    desk.become("Bob")

    with pytest.raises(LoginFailed, match=r"\(Bob\).*\(Ann\).*--other-account"):
        await desk.log_in()

    assert desk.whose() == "Ann"
    assert desk.told == ["logged in"]


async def test_another_account_is_refused_when_the_old_grant_is_dead(desk: Desk) -> None:
    """A dead grant still says whose site this is."""
    await desk.log_in()
    desk.account.revoke_grant()
    await bury(desk)
    desk.become("Bob")

    with pytest.raises(LoginFailed, match="--other-account"):
        await desk.log_in()


async def test_the_same_account_wins_when_the_old_grant_is_dead(desk: Desk) -> None:
    """The newest consent is the one in use, whatever was before."""
    await desk.log_in()
    desk.account.revoke_grant()
    await bury(desk)

    await desk.log_in()

    assert not desk.tokens.needs_login


async def test_another_account_is_taken_when_that_was_said(desk: Desk) -> None:
    """A site may change hands."""
    await desk.log_in()
    desk.become("Bob")

    welcome = await desk.log_in(is_other_account=True)

    assert welcome.account == "Bob"
    assert desk.whose() == "Bob"


async def test_advice_comes_along_when_spotify_refuses_the_first_account(desk: Desk) -> None:
    """The consent is good; what is missing is a line in the developer dashboard."""
    desk.account.faults.always(Endpoint.ME, not_allow_listed())

    welcome = await desk.log_in()

    assert welcome.account is None
    assert "Users Management" in (welcome.advice or "")
    assert not desk.tokens.needs_login


async def test_a_living_grant_stays_when_spotify_refuses_the_new_account(desk: Desk) -> None:
    """A friend who is not on the app's list must not silence the site."""
    await desk.log_in()
    desk.account.faults.always(Endpoint.ME, not_allow_listed())

    with pytest.raises(LoginFailed, match=r"is kept.*Users Management"):
        await desk.log_in()

    assert desk.whose() == "Ann"


async def test_a_living_grant_stays_when_nobody_says_whose_the_new_one_is(desk: Desk) -> None:
    """What cannot be compared may be another account; there is no hurry."""
    await desk.log_in()
    desk.account.faults.always(Endpoint.ME, server_trouble())

    with pytest.raises(LoginFailed, match=r"of Ann is kept.*--other-account"):
        await desk.log_in()

    assert desk.whose() == "Ann"
    await desk.log_in(is_other_account=True)
    assert desk.whose() is None


async def test_a_dead_grant_is_replaced_when_nobody_says_whose_the_new_one_is(desk: Desk) -> None:
    """Nothing is shown without a login, so there is nothing to keep."""
    await desk.log_in()
    desk.account.revoke_grant()
    await bury(desk)
    desk.account.faults.always(Endpoint.ME, server_trouble())

    await desk.log_in()

    assert not desk.tokens.needs_login


@pytest.mark.parametrize("fault", [server_trouble(), rate_limited("600")], ids=["5xx", "429"])
async def test_the_consent_is_kept_when_its_account_cannot_be_asked(
    desk: Desk, fault: Fault
) -> None:
    """Spotify's trouble with one question costs nobody a login."""
    desk.account.faults.always(Endpoint.ME, fault)

    welcome = await desk.log_in()

    assert welcome.account is None
    assert welcome.advice is None
    assert not desk.tokens.needs_login
