"""A simulated account with a listener who has agreed, and a short way to ask it things."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.transport import Answer, Request

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def account() -> Account:
    """Return an account whose listener has not pressed play."""
    return Account()


@pytest.fixture
def token(account: Account) -> str:
    """Return an access token with every scope the poller asks for, good from instant 0 on."""
    refresh_token = account.agree(0.0)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": account.authorization.app.client_id,
    }
    answer = post_form(account, form)
    access_token: str = json.loads(answer.body)["access_token"]
    account.calls.clear()
    return access_token


@pytest.fixture
def ask(account: Account, token: str) -> Ask:
    """Return ``ask(endpoint, now_s, **query) -> (status, payload)``, with a good token."""

    def ask_account(endpoint: Endpoint, now_s: float, query: str = "") -> tuple[int, Any]:
        request = Request(
            method="GET",
            url=f"https://api.spotify.com{endpoint}?{query}",
            headers={"Authorization": f"Bearer {token}"},
        )
        answer = account.answer(request, now_s)
        return answer.status, json.loads(answer.body) if answer.body else None

    return ask_account


def post_form(account: Account, form: dict[str, str], now_s: float = 0.0) -> Answer:
    """Send a form to the token endpoint without a client secret."""
    url = "https://accounts.spotify.com/api/token"
    return account.answer(Request(method="POST", url=url, form=form), now_s)
