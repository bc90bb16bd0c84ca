"""How the owner gives a permission, and how old it may get.

Pure: randomness and time are passed in. What a browser brings back is a stranger's text until its
``state`` matches, so none of it is repeated in a message unless it is one short word. The token
endpoint's language is in ``token_endpoint``. Instants ``_at`` are milliseconds since 1970 UTC.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NoReturn
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from .errors import LoginFailed
from .options import App
from .secret import Secret

SCOPES: Final = (
    "user-read-playback-state",
    "user-read-currently-playing",
    "user-read-recently-played",
)

LIFETIME_DAYS: Final = 180
"""Refresh tokens die six months after the consent; refreshing does not extend that.

https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration
"""

WARN_DAYS: Final = (30, 14, 7, 3, 1)
_DAY_MS: Final = 86_400_000

VALID_S: Final = 600.0
_PASTE_LIMIT: Final = 8192
_CODE: Final = re.compile(r"[!-~]{1,4096}")
_WORD: Final = re.compile(r"[a-z_]{1,40}")
_AGAIN: Final = "run `tonearm login` again"

_ERRORS: Final = {
    "access_denied": f"Spotify was not allowed to share: {_AGAIN} and choose Agree.",
    "invalid_client": "Spotify does not know this app: check spotify.client_id.",
    "unauthorized_client": "Spotify does not let this app log in: check it in the developer"
    " dashboard.",
    "server_error": f"Spotify has trouble of its own: wait a minute, then {_AGAIN}.",
    "temporarily_unavailable": f"Spotify has trouble of its own: wait a minute, then {_AGAIN}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A login under way, good for ``VALID_S`` seconds and for one code: forget it afterwards."""

    state: Secret
    verifier: Secret | None
    url: str = field(repr=False)
    begun_s: float


def begin(app: App, *, entropy: Callable[[int], bytes], now_s: float) -> Attempt:
    """Start an attempt.

    Args:
        app: whose login it is.
        entropy: returns that many unguessable bytes (``secrets.token_bytes``).
        now_s: monotonic seconds.
    """
    state = _base64url(entropy(32))
    verifier = _base64url(entropy(64)) if app.client_secret is None or app.pkce else None
    return Attempt(
        state=Secret(state),
        verifier=None if verifier is None else Secret(verifier),
        url=authorize_url(app, state=state, verifier=verifier),
        begun_s=now_s,
    )


def authorize_url(app: App, *, state: str, verifier: str | None) -> str:
    """Return the link the owner opens; with a ``verifier`` it asks for PKCE (S256)."""
    query = {
        "client_id": app.client_id,
        "response_type": "code",
        "redirect_uri": app.redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
        # Without it a browser that once agreed comes back at once, and the owner never sees
        # which account is about to be shown to the world.
        "show_dialog": "true",
    }
    if verifier is not None:
        query["code_challenge_method"] = "S256"
        query["code_challenge"] = _base64url(hashlib.sha256(verifier.encode("ascii")).digest())
    return f"{app.accounts_url}/authorize?{urlencode(query)}"


def code_from(attempt: Attempt, app: App, pasted: str, *, now_s: float) -> Secret:
    """Return the code in the address the browser landed on, or in its query alone.

    Raises:
        LoginFailed: whatever is wrong with it, as a sentence that says what to do.
    """
    if not 0.0 <= now_s - attempt.begun_s <= VALID_S:
        raise LoginFailed(f"This login link is older than 10 minutes: {_AGAIN}.")
    answer = _answer_in(pasted.strip().strip("<>\"'"), app)
    # The state is checked before anything else is read: only then is this an answer to us.
    if not hmac.compare_digest(
        answer.get("state", "").encode("utf-8", "replace"),
        attempt.state.reveal().encode("ascii"),
    ):
        raise LoginFailed(
            f"That address belongs to another login attempt: {_AGAIN} and use the newest link.",
        )
    if "error" in answer:
        _refuse(answer["error"])
    code = answer.get("code", "")
    if not _CODE.fullmatch(code):
        raise LoginFailed(f"There is no code in that address: {_AGAIN} and copy all of it.")
    return Secret(code)


def missing_scopes(scope: str | None) -> tuple[str, ...]:
    """Return the scopes we need that ``scope`` lacks; None means all (RFC 6749, 5.1)."""
    if scope is None:
        return ()
    given = frozenset(scope.split())
    return tuple(wanted for wanted in SCOPES if wanted not in given)


def valid_until_at(authorized_at: int) -> int:
    """Return when a consent of ``authorized_at`` runs out."""
    return authorized_at + LIFETIME_DAYS * _DAY_MS


def days_left(authorized_at: int, *, now_at: int) -> int:
    """Return the whole days until the consent runs out, never below 0."""
    return max(0, (valid_until_at(authorized_at) - now_at) // _DAY_MS)


def warning_days(left_days: int) -> int | None:
    """Return the last of WARN_DAYS that ``left_days`` has reached, None before the first."""
    return min((days for days in WARN_DAYS if left_days <= days), default=None)


def _answer_in(pasted: str, app: App) -> dict[str, str]:
    try:
        parameters = parse_qsl(
            _query_of(pasted, app),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=20,
        )
    except ValueError:
        raise LoginFailed(
            f"That is not the address the browser landed on: {_AGAIN}, and after you agreed copy"
            f" the whole line from its address bar ({app.redirect_uri}?code=...), even if the page"
            " did not load.",
        ) from None
    answer = dict(parameters)
    if len(answer) != len(parameters):
        raise LoginFailed(f"That address says the same thing twice: {_AGAIN}.")
    return answer


def _query_of(pasted: str, app: App) -> str:
    if not 0 < len(pasted) <= _PASTE_LIMIT:
        raise ValueError
    if "://" not in pasted.partition("?")[0]:
        return pasted.removeprefix("?")
    landed = urlsplit(pasted)
    if _place(landed)[:2] == _place(urlsplit(app.accounts_url))[:2]:
        raise LoginFailed(
            f"That is Spotify's own page: {_AGAIN}, open the new link in a browser, agree there,"
            f" and paste the address it lands on ({app.redirect_uri}?...).",
        )
    if _place(landed) != _place(urlsplit(app.redirect_uri)):
        raise LoginFailed(
            "That is another address than the one Spotify sends the browser to"
            f" ({app.redirect_uri}): {_AGAIN} and paste the whole address of the page it landed"
            " on.",
        )
    if not landed.query:
        raise LoginFailed(f"There is no code in that address: {_AGAIN} and copy all of it.")
    return landed.query


def _place(address: SplitResult) -> tuple[str, str, str]:
    return address.scheme, address.netloc.lower(), address.path


def _refuse(error: str) -> NoReturn:
    if (sentence := _ERRORS.get(error)) is not None:
        raise LoginFailed(sentence)
    word = error if _WORD.fullmatch(error) else "unknown"
    raise LoginFailed(f"Spotify ended the login with the error '{word}': {_AGAIN}.")


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
