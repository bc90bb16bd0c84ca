"""The accounts service: consent page, codes and the token endpoint, as strict as the real one."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import Authorization, RegisteredApp
from tonearm.poller.transport import Answer, Request

VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
CALLBACK = "http://127.0.0.1:8888/callback"
APP = RegisteredApp(client_id="app", client_secret="hush")
QUERY = {
    "client_id": "app",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "user-read-playback-state user-read-recently-played",
    "state": "st&te",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def account() -> Account:
    """Return an account whose app has a secret."""
    return Account(authorization=Authorization(app=APP))


def get(account: Account, path: str, query: dict[str, str], now_s: float = 0.0) -> Answer:
    """Open a page of the accounts service."""
    url = f"https://accounts.spotify.com{path}?{urlencode(query)}"
    return account.answer(Request(method="GET", url=url), now_s)


def decide(account: Account, choice: str, **changes: str) -> dict[str, list[str]]:
    """Follow one of the consent page's links; return what the app gets to see."""
    answer = get(account, "/authorize/decision", {**QUERY, **changes, "choice": choice})
    assert answer.status == 302
    return parse_qs(urlsplit(answer.headers["location"]).query)


def redeem(
    account: Account,
    code: str,
    *,
    secret: str | None = "hush",
    now_s: float = 1.0,
    **changes: str,
) -> tuple[int, dict[str, Any]]:
    """Send a code to the token endpoint, with the secret or without."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "app",
        **changes,
    }
    headers = {}
    if secret is not None:
        pair = base64.b64encode(f"app:{secret}".encode()).decode()
        headers = {"authorization": f"Basic {pair}"}
    url = "https://accounts.spotify.com/api/token"
    answer = account.answer(Request(method="POST", url=url, headers=headers, form=form), now_s)
    return answer.status, json.loads(answer.body)


def test_agreeing_sends_the_browser_back_with_code_and_state(account: Account) -> None:
    """The state comes back exactly as it was sent."""
    answer = decide(account, "agree")

    assert answer["state"] == ["st&te"]
    assert set(answer) == {"code", "state"}


def test_cancelling_sends_the_browser_back_with_access_denied(account: Account) -> None:
    """No code, but the state."""
    assert decide(account, "cancel") == {"error": ["access_denied"], "state": ["st&te"]}


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("client_id", "other", b"INVALID_CLIENT"),
        ("response_type", "token", b"response_type"),
        ("redirect_uri", "http://127.0.0.1:8888/callback/", b"redirect URI"),
        ("redirect_uri", "http://127.0.0.1:9999/callback", b"redirect URI"),
        ("redirect_uri", "https://elsewhere.example/callback", b"redirect URI"),
        ("scope", "user-read-mind", b"INVALID_SCOPE"),
        ("code_challenge_method", "plain", b"S256"),
        ("code_challenge", "short", b"43 characters"),
    ],
)
def test_a_wrong_link_gets_a_page_and_no_redirect(
    account: Account,
    field: str,
    value: str,
    complaint: bytes,
) -> None:
    """Neither the page nor the decision leads to an address that was not registered."""
    for path in ("/authorize", "/authorize/decision"):
        answer = get(account, path, {**QUERY, field: value, "choice": "agree"})

        assert answer.status == 400
        assert complaint in answer.body


def test_a_loopback_address_registered_without_a_port_allows_every_port() -> None:
    """Spotify's one exception from exact comparison."""
    app = RegisteredApp(redirect_uris=("http://127.0.0.1/callback", "http://[::1]/callback"))

    assert app.allows_redirect("http://127.0.0.1:51234/callback")
    assert app.allows_redirect("http://[::1]:51234/callback")
    assert not app.allows_redirect("http://127.0.0.1:51234/elsewhere")
    assert not app.allows_redirect("http://127.0.0.1.example:51234/callback")


def test_a_redirect_address_with_a_query_keeps_it() -> None:
    """The answer is added to what is there."""
    uri = f"{CALLBACK}?from=spotify"
    account = Account(
        authorization=Authorization(
            app=RegisteredApp(
                client_id="app",
                redirect_uris=(uri,),
            )
        )
    )

    answer = decide(account, "agree", redirect_uri=uri)

    assert answer["from"] == ["spotify"]


def test_a_code_becomes_tokens(account: Account) -> None:
    """With everything right, both tokens and the scopes that were agreed to come."""
    (code,) = decide(account, "agree")["code"]

    status, tokens = redeem(account, code)

    assert status == 200
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert tokens["scope"] == "user-read-playback-state user-read-recently-played"


def test_a_code_works_without_the_secret_when_there_is_a_challenge(account: Account) -> None:
    """PKCE alone is a login."""
    (code,) = decide(account, "agree")["code"]

    status, _ = redeem(account, code, secret=None)

    assert status == 200


def test_a_code_works_once(account: Account) -> None:
    """The second attempt is refused, as it is after a failed first one."""
    (code,) = decide(account, "agree")["code"]
    redeem(account, code, code_verifier="wrong" * 10)

    status, answer = redeem(account, code)

    assert (status, answer["error"]) == (400, "invalid_grant")


def test_a_code_dies_after_ten_minutes(account: Account) -> None:
    """A late paste is too late."""
    (code,) = decide(account, "agree")["code"]

    status, answer = redeem(account, code, now_s=600.0)

    assert (status, answer["error_description"]) == (400, "Authorization code expired")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8888/other"}, "invalid_grant"),
        ({"secret": "wrong"}, "invalid_client"),
        ({"secret": None, "client_id": "other"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_exchange_is_refused(
    account: Account,
    changes: dict[str, Any],
    error: str,
) -> None:
    """Each thing the token endpoint compares, wrong on its own."""
    (code,) = decide(account, "agree")["code"]

    status, answer = redeem(account, code, **changes)

    assert (status, answer["error"]) == (400, error)


def test_without_challenge_the_secret_is_required(account: Account) -> None:
    """A plain code is worth nothing to somebody without the secret."""
    query = {key: value for key, value in QUERY.items() if not key.startswith("code_")}
    answer = get(account, "/authorize/decision", {**query, "choice": "agree"})
    (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]

    status, error = redeem(account, code, secret=None, code_verifier="")

    assert (status, error["error"]) == (400, "invalid_client")


@pytest.mark.parametrize("credentials", ["Basic ***", "Basic /w==", "Bearer abc", "Basic"])
def test_broken_credentials_are_an_invalid_client(account: Account, credentials: str) -> None:
    """Whatever stands in the header is text until it proves to be the app's."""
    request = Request(
        method="POST",
        url="https://accounts.spotify.com/api/token",
        headers={"Authorization": credentials},
        form={"grant_type": "refresh_token", "client_id": "app"},
    )

    assert json.loads(account.answer(request, 0.0).body)["error"] == "invalid_client"


def test_no_secret_shows_in_a_repr(account: Account) -> None:
    """Neither the app's secret nor a token, wherever an account may be printed."""
    (code,) = decide(account, "agree")["code"]
    _, tokens = redeem(account, code)
    decide(account, "agree")

    shown = repr(account)

    assert "hush" not in shown
    assert tokens["access_token"] not in shown
    assert tokens["refresh_token"] not in shown
