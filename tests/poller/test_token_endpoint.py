"""What is asked of the token endpoint, and what its answers are taken for."""

import base64
import json
from dataclasses import replace

import pytest
from fake_transport import json_answer
from hypothesis import given
from hypothesis import strategies as st

from tonearm.poller.errors import (
    BadAnswer,
    InvalidClient,
    InvalidGrant,
    RateLimited,
    ServerTrouble,
    TonearmError,
)
from tonearm.poller.options import App
from tonearm.poller.secret import Secret
from tonearm.poller.token_endpoint import exchange_request, read_token_answer, refresh_request
from tonearm.poller.transport import Answer

APP = App(client_id="app-id")
CONFIDENTIAL = replace(APP, client_secret=Secret("app-secret"))
GOOD = {"access_token": "a", "token_type": "Bearer", "expires_in": 3600}


def test_refresh_names_the_app_in_the_form_when_there_is_no_secret() -> None:
    """PKCE alone: client_id in the body, no header."""
    request = refresh_request(APP, Secret("refresh"))

    assert request.url == "https://accounts.spotify.com/api/token"
    assert "Authorization" not in request.headers
    assert request.form == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh",
        "client_id": "app-id",
    }


def test_refresh_shows_the_secret_in_the_header_when_there_is_one() -> None:
    """A confidential app: HTTP Basic, and nothing of it in the form."""
    request = refresh_request(CONFIDENTIAL, Secret("refresh"))

    pair = base64.b64decode(request.headers["Authorization"].removeprefix("Basic "))
    assert pair == b"app-id:app-secret"
    assert request.form
    assert "client_id" not in request.form


@pytest.mark.parametrize("verifier", [None, Secret("verifier")])
def test_exchange_proves_who_asked_when_pkce_is_used(verifier: Secret | None) -> None:
    """The verifier goes with the code, and the redirect address is repeated."""
    form = exchange_request(CONFIDENTIAL, Secret("code"), verifier).form

    assert form
    assert form["grant_type"] == "authorization_code"
    assert form["code"] == "code"
    assert form["redirect_uri"] == "http://127.0.0.1:8888/callback"
    assert form.get("code_verifier") == (verifier.reveal() if verifier else None)


def test_requests_do_not_show_what_they_carry() -> None:
    """A request may turn up in a traceback."""
    shown = repr(refresh_request(CONFIDENTIAL, Secret("refresh-canary")))

    assert "canary" not in shown
    assert "app-secret" not in shown


def test_a_good_answer_is_read() -> None:
    """All fields at once."""
    fields = {**GOOD, "refresh_token": "r", "scope": "x y"}

    answer = read_token_answer(json_answer(fields), now=0.0)

    assert answer.access_token == Secret("a")
    assert answer.refresh_token == Secret("r")
    assert (answer.expires_in_s, answer.scope) == (3600.0, "x y")


@pytest.mark.parametrize("extra", [{}, {"refresh_token": None}, {"refresh_token": ""}])
def test_no_refresh_token_is_none(extra: dict[str, object]) -> None:
    """Missing, null and empty mean the same: keep the old one."""
    assert read_token_answer(json_answer({**GOOD, **extra}), now=0.0).refresh_token is None


@pytest.mark.parametrize(
    "extra",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": "two words"},
        {"access_token": "x" * 5000},
        {"access_token": 7},
        {"refresh_token": ["r"]},
        {"refresh_token": "line\nbreak"},
        {"token_type": "mac"},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(extra: dict[str, object]) -> None:
    """Nothing of it may replace a token that works."""
    with pytest.raises(BadAnswer):
        read_token_answer(json_answer({**GOOD, **extra}), now=0.0)


@pytest.mark.parametrize(
    "expires_in", [59, 0, -1, 86_401, "7200", True, None, [], float("nan"), 10**400]
)
def test_a_lifetime_that_makes_no_sense_is_the_usual_one(expires_in: object) -> None:
    """The refresh token beside it may be the only one there is: it is not thrown away."""
    fields = {**GOOD, "refresh_token": "r", "expires_in": expires_in}

    answer = read_token_answer(json_answer(fields), now=0.0)

    assert answer.refresh_token == Secret("r")
    assert answer.expires_in_s == 3600


@pytest.mark.parametrize("missing", ["token_type", "expires_in"])
def test_an_answer_is_read_without_what_is_not_needed(missing: str) -> None:
    """RFC 6749 lets a server leave out the lifetime; a bearer token is what we asked for."""
    fields = {name: value for name, value in GOOD.items() if name != missing}

    assert read_token_answer(json_answer(fields), now=0.0).expires_in_s == 3600


@pytest.mark.parametrize("scope", ["\ud800", "x" * 900_000, "a\0b", "", None, 7, ["x"]])
def test_a_scope_that_makes_no_sense_is_no_scope(scope: object) -> None:
    """It is stored beside the tokens: it must be text, and fit where there is room."""
    assert read_token_answer(json_answer({**GOOD, "scope": scope}), now=0.0).scope is None


@pytest.mark.parametrize("status", [400, 401, 403])
def test_invalid_grant_is_read_from_the_error_field(status: int) -> None:
    """Whatever 4xx it comes with; the description is never looked at."""
    with pytest.raises(InvalidGrant):
        read_token_answer(json_answer({"error": "invalid_grant"}, status=status), now=0.0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_answer({"error": "invalid_client"}, status=400), InvalidClient),
        (json_answer({"error": "unauthorized_client"}, status=400), InvalidClient),
        (json_answer({"error": "invalid_request"}, status=400), BadAnswer),
        (json_answer({"error": {"message": "invalid_grant"}}, status=400), BadAnswer),
        (json_answer({"error": "invalid_grant"}), BadAnswer),
        (json_answer({"error": "invalid_grant"}, status=503), ServerTrouble),
        (json_answer(["invalid_grant"], status=400), BadAnswer),
        (Answer(status=400, body=b'{"error":"invalid_grant"}'), BadAnswer),
        (
            Answer(status=400, headers={"content-type": "text/html"}, body=b"invalid_grant"),
            BadAnswer,
        ),
        (Answer(status=200, headers={"content-type": "text/html"}, body=b"<html>"), BadAnswer),
        (Answer(status=302, headers={"location": "http://portal/"}), BadAnswer),
        (Answer(status=204), BadAnswer),
        (Answer(status=502), ServerTrouble),
        (Answer(status=429), RateLimited),
    ],
)
def test_other_answers_do_not_cost_the_grant(answer: Answer, error: type[TonearmError]) -> None:
    """Only JSON that says invalid_grant does."""
    with pytest.raises(error) as caught:
        read_token_answer(answer, now=0.0)

    assert not isinstance(caught.value, InvalidGrant)


def test_rate_limit_says_how_long() -> None:
    """Retry-After is handed on."""
    with pytest.raises(RateLimited) as caught:
        read_token_answer(Answer(status=429, headers={"retry-after": "300"}), now=0.0)

    assert caught.value.retry_after_s == 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FIELD = st.sampled_from(["access_token", "token_type", "expires_in", "refresh_token", "error"])


@given(
    status=st.sampled_from([200, 400, 401, 500]),
    fields=st.dictionaries(FIELD, JSON | st.just("Bearer") | st.just(3600)),
)
def test_any_json_is_an_answer_or_a_known_error(status: int, fields: dict[str, object]) -> None:
    """No answer makes the poller fall over."""
    answer = Answer(
        status=status,
        headers={"content-type": "application/json; charset=utf-8"},
        body=json.dumps(fields).encode(),
    )

    try:
        read = read_token_answer(answer, now=0.0)
    except TonearmError:
        return

    assert read.access_token.reveal()


@given(body=st.binary())
def test_any_bytes_are_a_known_error(body: bytes) -> None:
    """Half a JSON, a BOM, a bomb of brackets: all the same."""
    answer = Answer(status=200, headers={"content-type": "application/json"}, body=body)

    with pytest.raises(BadAnswer):
        read_token_answer(answer, now=0.0)
