"""The login link, what a browser brings back, and the age of a permission."""

import base64
import hashlib
from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.poller.errors import LoginFailed
from tonearm.poller.grant import (
    Attempt,
    begin,
    code_from,
    days_left,
    missing_scopes,
    valid_until_at,
    warning_days,
)
from tonearm.poller.options import App
from tonearm.poller.secret import Secret

APP = App(client_id="app-id")
DAY_MS = 86_400_000
HERE = "http://127.0.0.1:8888/callback"


def counting(size: int) -> bytes:
    """Return bytes that are easy to foretell."""
    return bytes(range(size))


@pytest.fixture
def attempt() -> Attempt:
    """A login under way since second 100."""
    return begin(APP, entropy=counting, now_s=100.0)


def landed(attempt: Attempt, query: str = "code=the-code") -> str:
    """Return the address a browser lands on."""
    return f"{HERE}?{query}&state={attempt.state.reveal()}"


def test_link_asks_for_what_is_needed_and_no_more(attempt: Attempt) -> None:
    """Three scopes to read, the exact redirect address, and the account to be seen first."""
    link = urlsplit(attempt.url)
    query = {name: values[0] for name, values in parse_qs(link.query).items()}

    assert f"{link.scheme}://{link.netloc}{link.path}" == "https://accounts.spotify.com/authorize"
    assert query["client_id"] == "app-id"
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == HERE
    assert query["scope"].split() == [
        "user-read-playback-state",
        "user-read-currently-playing",
        "user-read-recently-played",
    ]
    assert query["show_dialog"] == "true"


def test_link_carries_the_challenge_of_the_verifier(attempt: Attempt) -> None:
    """PKCE with S256 (RFC 7636): the link shows the hash, the verifier stays here."""
    query = parse_qs(urlsplit(attempt.url).query)
    assert attempt.verifier
    verifier = attempt.verifier.reveal()

    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())

    assert query["code_challenge_method"] == ["S256"]
    assert query["code_challenge"] == [hashed.decode().rstrip("=")]
    assert 43 <= len(verifier) <= 128
    assert verifier not in attempt.url


@pytest.mark.parametrize(
    ("secret", "pkce", "expected"),
    [(None, True, True), (None, False, True), ("s", True, True), ("s", False, False)],
)
def test_pkce_is_used_unless_there_is_a_secret_and_it_is_off(
    secret: str | None, pkce: bool, expected: bool
) -> None:
    """Without a secret there is no other protection."""
    app = replace(APP, client_secret=Secret(secret) if secret else None, pkce=pkce)

    attempt = begin(app, entropy=counting, now_s=0.0)

    assert (attempt.verifier is not None) is expected
    assert ("code_challenge" in attempt.url) is expected


def test_state_has_256_bits(attempt: Attempt) -> None:
    """Nobody guesses it."""
    assert len(base64.urlsafe_b64decode(attempt.state.reveal() + "=")) == 32


def test_attempt_does_not_show_its_secrets(attempt: Attempt) -> None:
    """An attempt may be logged by accident."""
    assert attempt.state.reveal() not in repr(attempt)
    assert attempt.verifier
    assert attempt.verifier.reveal() not in repr(attempt)


@pytest.mark.parametrize(
    "form",
    ["{0}", "  {0}\n", "<{0}>", "'{0}'", "{0}#_=_", "{1}", "?{1}"],
)
def test_code_is_found_when_the_address_or_its_query_is_pasted(form: str, attempt: Attempt) -> None:
    """People copy with blanks, quotes, fragments, or only a part."""
    address = landed(attempt)

    code = code_from(attempt, APP, form.format(address, address.partition("?")[2]), now_s=110.0)

    assert code == Secret("the-code")


@pytest.mark.parametrize("now_s", [100.0, 700.0])
def test_code_is_taken_for_ten_minutes(now_s: float, attempt: Attempt) -> None:
    """Time enough to find the password."""
    assert code_from(attempt, APP, landed(attempt), now_s=now_s) == Secret("the-code")


def test_code_is_refused_when_the_attempt_is_old(attempt: Attempt) -> None:
    """A link that lies about in a chat is worth nothing later."""
    with pytest.raises(LoginFailed, match="older than 10 minutes"):
        code_from(attempt, APP, landed(attempt), now_s=700.1)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "not the address"),
        ("hello there", "not the address"),
        ("x" * 10_000, "not the address"),
        ("http://[::1", "not the address"),
        ("&".join(f"a{i}=b" for i in range(50)), "not the address"),
        ("code=the-code", "another login attempt"),
        ("code=the-code&state=", "another login attempt"),
        ("code=the-code&state=guess", "another login attempt"),
        ("code=the-code&state=\ud800", "another login attempt"),
        ("error=access_denied&state=guess", "another login attempt"),
        (f"{HERE}?code=the-code&state=guess", "another login attempt"),
        (f"{HERE}/?code=the-code&state={{state}}", "another address"),
        ("https://127.0.0.1:8888/callback?code=c&state={state}", "another address"),
        ("http://127.0.0.1:9999/callback?code=c&state={state}", "another address"),
        ("http://user@127.0.0.1:8888/callback?code=c&state={state}", "another address"),
        ("https://evil.example/callback?code=c&state={state}", "another address"),
        ("http://127.0.0.1:8888@evil.example/callback?code=c&state={state}", "another address"),
        ("{url}", "Spotify's own page"),
        ("https://accounts.spotify.com/en/login?continue=x", "Spotify's own page"),
        (HERE, "no code"),
        ("state={state}", "no code"),
        ("code=&state={state}", "no code"),
        ("code=two%20words&state={state}", "no code"),
        ("code=a&code=b&state={state}", "twice"),
        ("code=a&state={state}&state={state}", "twice"),
        ("error=access_denied&state={state}", "choose Agree"),
        ("error=access_denied&code=a&state={state}", "choose Agree"),
        ("error=server_error&state={state}", "wait a minute"),
        ("error=invalid_scope&state={state}", "'invalid_scope'"),
        ("error=%1b%5b31m%3Cscript%3E&state={state}", "'unknown'"),
    ],
)
def test_what_was_pasted_is_refused_with_a_sentence(
    pasted: str, said: str, attempt: Attempt
) -> None:
    """Every mistake has its own advice, and no text of a stranger is repeated."""
    text = pasted.replace("{state}", attempt.state.reveal()).replace("{url}", attempt.url)

    with pytest.raises(LoginFailed, match=said) as caught:
        code_from(attempt, APP, text, now_s=110.0)

    assert attempt.state.reveal() not in str(caught.value)
    assert "the-code" not in str(caught.value)
    assert str(caught.value).isprintable()


@given(pasted=st.text())
def test_anything_pasted_is_refused_in_our_own_words(pasted: str) -> None:
    """Whatever it is, it is LoginFailed."""
    attempt = begin(APP, entropy=counting, now_s=100.0)

    with pytest.raises(LoginFailed):
        code_from(attempt, APP, pasted, now_s=110.0)


def test_https_redirect_address_is_recognised() -> None:
    """Behind a proxy the owner may have registered an address of his own."""
    app = replace(APP, redirect_uri="https://music.example/login")
    attempt = begin(app, entropy=counting, now_s=0.0)

    code = code_from(
        attempt,
        app,
        f"https://Music.example/login?code=c&state={attempt.state.reveal()}",
        now_s=1.0,
    )

    assert code == Secret("c")


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        (None, 0),
        ("user-read-recently-played user-read-playback-state user-read-currently-playing x", 0),
        ("user-read-playback-state", 2),
        ("", 3),
    ],
)
def test_missing_scopes_are_counted(scope: str | None, missing: int) -> None:
    """No scope in an answer means that all were granted."""
    assert len(missing_scopes(scope)) == missing


def test_a_permission_holds_for_180_days() -> None:
    """Six months, to be on the safe side."""
    assert valid_until_at(1_000) == 1_000 + 180 * DAY_MS
    assert days_left(0, now_at=0) == 180
    assert days_left(0, now_at=150 * DAY_MS - 1) == 30
    assert days_left(0, now_at=400 * DAY_MS) == 0


def test_each_warning_has_its_day_in_the_life_of_a_permission() -> None:
    """200 simulated days, four checks a day: 30, 14, 7, 3, 1."""
    reached = [warning_days(days_left(0, now_at=at * DAY_MS // 4)) for at in range(200 * 4)]

    changes = [now for before, now in pairwise([None, *reached]) if now != before]

    assert changes == [30, 14, 7, 3, 1]
