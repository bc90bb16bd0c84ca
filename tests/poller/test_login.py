"""A login from link to stored grant, against the simulated account and without sockets."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from desk import Desk, at_desk

from tonearm.poller.errors import InvalidClient, LoginFailed
from tonearm.poller.login import Welcome
from tonearm.poller.options import App
from tonearm.poller.secret import Secret
from tonearm.poller.simulated.authorization import RegisteredApp
from tonearm.poller.simulated.faults import (
    Endpoint,
    invalid_client,
    server_trouble,
)

DAY_MS = 86_400_000


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose app has no secret, the usual case."""
    registered = RegisteredApp()
    async with at_desk(tmp_path, App(client_id=registered.client_id), registered) as desk:
        yield desk


async def test_the_grant_is_in_use_when_the_owner_agreed(desk: Desk) -> None:
    """The poller hears of it once, and has an access token at once."""
    welcome = await desk.log_in()

    assert welcome.account == "Ann"
    assert welcome.advice is None
    assert welcome.valid_until_at == round(desk.clock.now() * 1000) + 180 * DAY_MS
    assert desk.told == ["logged in"]
    assert await desk.tokens.access()


@pytest.mark.parametrize("pkce", [True, False])
async def test_the_login_works_when_the_app_has_a_secret(tmp_path: Path, pkce: bool) -> None:
    """With a secret, PKCE may be added or left out."""
    registered = RegisteredApp(client_secret="app secret")
    app = App(client_id=registered.client_id, client_secret=Secret("app secret"), pkce=pkce)
    async with at_desk(tmp_path, app, registered) as desk:
        welcome = await desk.log_in()

    assert welcome.account == "Ann"


async def test_an_answer_is_refused_when_no_login_was_begun(desk: Desk) -> None:
    """Nobody lands here out of the blue."""
    with pytest.raises(LoginFailed, match="No login is under way"):
        await desk.login.finish("code=a&state=b")


async def test_the_first_link_is_worthless_when_a_second_was_asked_for(desk: Desk) -> None:
    """Of two terminals, the later one has the login."""
    first = desk.login.begin()
    second = desk.login.begin()

    with pytest.raises(LoginFailed, match="another login attempt"):
        await desk.login.finish(desk.decide(first))
    welcome = await desk.login.finish(desk.decide(second))

    assert welcome.account == "Ann"


async def test_the_login_goes_on_when_a_forged_answer_came_first(desk: Desk) -> None:
    """A stranger without the state can neither use up nor end the owner's attempt."""
    link = desk.login.begin()
    with pytest.raises(LoginFailed):
        await desk.login.finish("code=attackers&state=attackers")

    welcome = await desk.login.finish(desk.decide(link))

    assert welcome.account == "Ann"


async def test_an_answer_counts_once_when_it_is_replayed(desk: Desk) -> None:
    """What a browser's history remembers opens nothing."""
    landed = desk.decide(desk.login.begin())
    await desk.login.finish(landed)
    asked = desk.account.count(Endpoint.TOKEN)

    with pytest.raises(LoginFailed, match="it was used"):
        await desk.login.finish(landed)

    assert desk.account.count(Endpoint.TOKEN) == asked
    assert desk.told == ["logged in"]


async def test_one_of_two_wins_when_both_bring_the_same_answer(desk: Desk) -> None:
    """A pasted address and a landing at the same moment are one login."""
    landed = desk.decide(desk.login.begin())

    outcomes = await asyncio.gather(
        desk.login.finish(landed), desk.login.finish(landed), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} == {LoginFailed, Welcome}
    assert desk.told == ["logged in"]


async def test_an_answer_is_refused_when_the_link_is_too_old(desk: Desk) -> None:
    """Ten minutes are enough to agree, and not for much else."""
    landed = desk.decide(desk.login.begin())
    await desk.clock.advance(601)

    with pytest.raises(LoginFailed, match="older than 10 minutes"):
        await desk.login.finish(landed)


async def test_the_old_grant_stays_when_the_owner_cancels(desk: Desk) -> None:
    """'Cancel' takes nothing away."""
    await desk.log_in()

    with pytest.raises(LoginFailed, match="choose Agree"):
        await desk.login.finish(desk.decide(desk.login.begin(), "cancel"))

    assert not desk.tokens.needs_login


async def test_the_sentence_says_to_try_again_when_the_code_cannot_be_traded(desk: Desk) -> None:
    """The code is spent either way, so the way on is a new link."""
    desk.account.faults.next(Endpoint.TOKEN, server_trouble())

    with pytest.raises(LoginFailed, match=r"status 503.*`tonearm login` again"):
        await desk.log_in()


async def test_the_sentence_names_the_settings_when_the_app_is_not_known(desk: Desk) -> None:
    """Another login would end the same way."""
    desk.account.faults.next(Endpoint.TOKEN, invalid_client())

    with pytest.raises(InvalidClient, match=r"spotify\.client_id"):
        await desk.log_in()


async def test_the_address_is_the_registered_one_when_it_is_asked_for(desk: Desk) -> None:
    """Whoever listens for the browser listens exactly there."""
    link = desk.login.begin()

    assert parse_qs(urlsplit(link).query)["redirect_uri"] == [desk.login.redirect_uri]
