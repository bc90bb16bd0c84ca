"""The simulated account on a real port: every fault as the poller's own transport meets it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from fake_clock import FakeClock

from tonearm.poller.errors import BadAnswer, Unreachable
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint, Fault
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.http import serve
from tonearm.poller.simulated.music import EVENING
from tonearm.poller.transport import Request


@pytest.fixture
async def base(account: Account) -> AsyncIterator[str]:
    """Serve the account, with its listener 60 s into the longest track, and return its address."""
    clock = FakeClock()
    account.player.play(EVENING[-2:], clock.monotonic() - 60)
    async with serve(account, clock=clock) as address:
        yield address


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return the session the poller would use."""
    async with open_session() as session:
        yield session


@pytest.fixture
def look(base: str, account: Account) -> Request:
    """Return the request that asks what is playing."""
    tokens = account.authorization.grants.consent(
        frozenset({"user-read-playback-state"}), 1000.0, is_pkce=True
    )
    return Request(
        method="GET",
        url=f"{base}{Endpoint.PLAYER}?additional_types=track,episode",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )


async def test_a_look_is_answered(session: aiohttp.ClientSession, look: Request) -> None:
    """Status, kind and body arrive as the account gave them."""
    answer = await HttpTransport(session).send(look)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert b'"progress_ms":60000' in answer.body


async def test_no_session_is_an_empty_204(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
) -> None:
    """The normal idle answer."""
    account.player.stop(1000.0)

    answer = await HttpTransport(session).send(look)

    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize(
    "wrong",
    [
        (faults.unauthorized(), 401, b"expired"),
        (faults.refused(faults.NO_PREMIUM), 403, b"premium"),
        (faults.refused(faults.NO_SCOPE), 403, b"scope"),
        (faults.refused(faults.NO_COUNTRY), 403, b"country"),
        (faults.not_allow_listed(), 403, b"User not registered"),
        (faults.rate_limited("7"), 429, b"API rate limit exceeded"),
        (faults.rate_limited("79892", is_quota=True), 429, b"QUOTA_EXCEEDED"),
        (faults.server_trouble(500), 500, b'"status":500'),
        (faults.server_trouble_empty(504), 504, b""),
        (faults.server_trouble_html(502), 502, b"<h1>"),
        (faults.captive_portal(), 200, b"<!doctype html>"),
        (faults.redirected(), 302, b""),
        (faults.empty(), 200, b""),
        (faults.without_item(), 200, b'"item":null'),
        (faults.without_progress(), 200, b'"progress_ms":null'),
        (faults.progress(-5), 200, b'"progress_ms":-5'),
    ],
)
async def test_a_fault_arrives_once(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
    wrong: tuple[Fault, int, bytes],
) -> None:
    """Written once it comes once; the next answer is right again."""
    transport = HttpTransport(session)
    fault, status, part = wrong
    account.faults.next(Endpoint.PLAYER, fault)

    faulty, right = await transport.send(look), await transport.send(look)

    assert faulty.status == status
    assert part in faulty.body
    assert (right.status, b'"progress_ms":60000' in right.body) == (200, True)


@pytest.mark.parametrize("text", ["7", "0", "-1", "soon", "Sat, 21 Nov 2026 21:00:00 GMT", None])
async def test_retry_after_is_any_text_or_absent(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
    text: str | None,
) -> None:
    """What was asked for stands in the header, unchanged."""
    account.faults.next(Endpoint.PLAYER, faults.rate_limited(text))

    answer = await HttpTransport(session).send(look)

    assert answer.headers.get("retry-after") == text


async def test_a_truncated_answer_is_half_a_json(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
) -> None:
    """It looks whole to HTTP and is not."""
    account.faults.next(Endpoint.PLAYER, faults.truncated())

    answer = await HttpTransport(session).send(look)

    assert answer.status == 200
    assert answer.body.startswith(b"{")
    assert not answer.body.endswith(b"}")


async def test_a_huge_answer_is_not_read_to_its_end(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
) -> None:
    """The poller's transport gives up at its limit."""
    account.faults.next(Endpoint.PLAYER, faults.huge())

    with pytest.raises(BadAnswer, match="1 MiB"):
        await HttpTransport(session).send(look)


async def test_a_cut_answer_is_unreachable(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
) -> None:
    """The connection breaks in the middle of the body."""
    account.faults.next(Endpoint.PLAYER, faults.cut())

    with pytest.raises(Unreachable, match="cut"):
        await HttpTransport(session).send(look)


async def test_a_hanging_answer_never_comes(
    session: aiohttp.ClientSession,
    look: Request,
    account: Account,
) -> None:
    """Nothing at all arrives, and serving can end all the same."""
    account.faults.next(Endpoint.PLAYER, faults.hang())
    patience = aiohttp.ClientTimeout(sock_read=0.05)

    with pytest.raises(TimeoutError):
        await session.get(look.url, headers=look.headers, timeout=patience)


async def test_a_form_reaches_the_token_endpoint(
    session: aiohttp.ClientSession,
    base: str,
    account: Account,
) -> None:
    """A refresh over HTTP gives an access token."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": account.agree(1000.0),
        "client_id": account.authorization.app.client_id,
    }

    answer = await HttpTransport(session).send(
        Request(method="POST", url=f"{base}{Endpoint.TOKEN}", form=form)
    )

    assert (answer.status, b'"access_token"' in answer.body) == (200, True)


async def test_a_lost_answer_to_a_refresh_has_taken_effect(
    session: aiohttp.ClientSession,
    base: str,
    account: Account,
) -> None:
    """The token was rotated although nobody heard of it: the case that costs logins."""
    account.authorization.grants.rotation = Rotation.STRICT
    form = {
        "grant_type": "refresh_token",
        "refresh_token": account.agree(1000.0),
        "client_id": account.authorization.app.client_id,
    }
    request = Request(method="POST", url=f"{base}{Endpoint.TOKEN}", form=form)
    account.faults.next(Endpoint.TOKEN, faults.cut())
    transport = HttpTransport(session)

    with pytest.raises(Unreachable):
        await transport.send(request)
    again = await transport.send(request)

    assert b"Refresh token revoked" in again.body


async def test_json_sent_to_the_token_endpoint_is_no_form(
    session: aiohttp.ClientSession,
    base: str,
) -> None:
    """Spotify reads forms only."""
    async with session.post(f"{base}{Endpoint.TOKEN}", json={"grant_type": "x"}) as response:
        assert response.status == 400


async def test_covers_are_pngs_in_three_sizes(session: aiohttp.ClientSession, base: str) -> None:
    """And nothing else is."""
    for size in (640, 300, 64):
        async with session.get(f"{base}/covers/rings-{size}.png") as response:
            assert response.content_type == "image/png"
            assert (await response.read()).startswith(b"\x89PNG")
    for path in ("/covers/rings-128.png", "/covers/nobody-64.png", "/covers/../rings-64.png"):
        async with session.get(f"{base}{path}") as response:
            assert response.status == 404
