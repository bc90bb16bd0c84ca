"""The account: who may ask what, how often, and what is noted of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.limits import Limits
from tonearm.poller.transport import Answer, Request

Ask = Callable[..., tuple[int, Any]]


def get(account: Account, path: str, authorization: str, now_s: float = 1.0) -> Answer:
    """Ask with any Authorization header."""
    headers = {"authorization": authorization}
    url = f"https://api.spotify.com{path}"
    return account.answer(Request(method="GET", url=url, headers=headers), now_s)


@pytest.mark.parametrize("authorization", ["", "Basic abc", "Bearer", "Bearer wrong"])
def test_a_call_without_a_living_token_is_401(account: Account, authorization: str) -> None:
    """Whatever stands in the header."""
    assert get(account, Endpoint.PLAYER, authorization).status == 401


def test_an_access_token_ends_after_its_hour(ask: Ask) -> None:
    """The same question is answered, then refused."""
    assert ask(Endpoint.ME, 3599.0)[0] == 200
    assert ask(Endpoint.ME, 3600.0)[0] == 401


def test_revoked_access_is_401(account: Account, ask: Ask) -> None:
    """Before its hour is over."""
    account.revoke_access()

    assert ask(Endpoint.ME, 1.0)[0] == 401


@pytest.mark.parametrize(
    ("scope", "endpoint", "status"),
    [
        ("user-read-playback-state", Endpoint.PLAYER, 204),
        ("user-read-playback-state", Endpoint.CURRENTLY_PLAYING, 403),
        ("user-read-playback-state", Endpoint.RECENTLY_PLAYED, 403),
        ("user-read-playback-state", Endpoint.QUEUE, 200),
        ("user-read-currently-playing", Endpoint.QUEUE, 200),
        ("user-read-currently-playing", Endpoint.PLAYER, 403),
        ("user-read-recently-played", Endpoint.QUEUE, 403),
        ("user-read-recently-played", Endpoint.ME, 200),
    ],
)
def test_each_endpoint_wants_its_scope(
    account: Account,
    scope: str,
    endpoint: Endpoint,
    status: int,
) -> None:
    """A grant that lacks it is told so with 403."""
    grants = account.authorization.grants
    tokens = grants.consent(frozenset({scope}), 0.0, is_pkce=True)

    answer = get(account, endpoint, f"Bearer {tokens['access_token']}")

    assert answer.status == status
    if status == 403:
        assert json.loads(answer.body)["error"]["message"] == "Insufficient client scope"


def test_an_unknown_address_is_404(account: Account) -> None:
    """With an error object like any other."""
    answer = get(account, "/v1/artists/1", "")

    assert (answer.status, json.loads(answer.body)["error"]["status"]) == (404, 404)


def test_the_log_has_every_call_and_no_query(account: Account, ask: Ask) -> None:
    """Queries may hold codes; the log is for counting."""
    ask(Endpoint.PLAYER, 5.0, "code=secret")
    ask(Endpoint.QUEUE, 7.0)

    assert [(call.at_s, call.method, call.path, call.status) for call in account.calls] == [
        (5.0, "GET", "/v1/me/player", 204),
        (7.0, "GET", "/v1/me/player/queue", 200),
    ]
    assert (account.count(), account.count(Endpoint.QUEUE), account.count(since_s=6.0)) == (2, 1, 1)


def test_the_short_window_refuses_until_it_frees(account: Account, ask: Ask) -> None:
    """The third call within 30 s waits for the first to leave the window."""
    account.limits = Limits(window_calls=2)

    statuses = [ask(Endpoint.ME, instant)[0] for instant in (0.0, 10.0, 20.0, 30.0)]

    assert statuses == [200, 200, 429, 200]


def test_the_daily_quota_names_itself_and_the_wait(account: Account, token: str) -> None:
    """Retry-After lasts until the oldest call is a day old."""
    account.limits = Limits(daily_calls=1)
    get(account, Endpoint.ME, f"Bearer {token}", 100.0)

    refused = get(account, Endpoint.ME, f"Bearer {token}", 160.5)
    later = get(account, Endpoint.ME, f"Bearer {token}", 86_500.0)

    assert json.loads(refused.body)["error"]["reason"] == "QUOTA_EXCEEDED"
    assert refused.headers["retry-after"] == "86340"
    assert later.status == 401  # admitted again; only the token has died since
