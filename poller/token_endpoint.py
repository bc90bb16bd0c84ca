"""The token endpoint's language: what is asked, and what its answer says.

Pure. A refresh token is a thing that cannot be had again without the owner, so an answer costs
the grant only if it is JSON whose ``error`` says so; everything else is trouble on the way.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from .errors import BadAnswer, InvalidClient, InvalidGrant, ServerTrouble
from .fields import read
from .options import App
from .parse import rate_limit
from .secret import Secret
from .transport import Answer, Request

LEAST_LIFETIME_S: Final = 60
MOST_LIFETIME_S: Final = 86_400
USUAL_LIFETIME_S: Final = 3600
"""What Spotify's access tokens live, and what is assumed where an answer says nothing sensible."""
# Real ones have 100 to 400 characters; three of this length and a scope fit one page of the store.
_TOKEN: Final = re.compile(r"[!-~]{1,4096}")
_SCOPE: Final = re.compile(r"[ -~]{1,2048}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """New tokens; ``refresh_token`` and ``scope`` are None when the old ones stay as they are.

    ``expires_in_s`` is the usual one when the answer's made no sense.
    """

    access_token: Secret
    expires_in_s: float
    refresh_token: Secret | None
    scope: str | None


def exchange_request(app: App, code: Secret, verifier: Secret | None) -> Request:
    """Return the request that turns a login's code into tokens."""
    form = {
        "grant_type": "authorization_code",
        "code": code.reveal(),
        "redirect_uri": app.redirect_uri,
    }
    if verifier is not None:
        form["code_verifier"] = verifier.reveal()
    return _request(app, form)


def refresh_request(app: App, refresh_token: Secret) -> Request:
    """Return the request for the next access token."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
    return _request(app, form)


def _request(app: App, form: dict[str, str]) -> Request:
    headers = {"Accept": "application/json"}
    if app.client_secret is None:
        form["client_id"] = app.client_id
    else:
        pair = f"{app.client_id}:{app.client_secret.reveal()}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
    url = f"{app.accounts_url}/api/token"
    return Request(method="POST", url=url, headers=headers, form=form)


def read_token_answer(answer: Answer, *, now: float) -> TokenAnswer:
    """Return the tokens in an answer; ``now`` is wall seconds, for a Retry-After that is a date.

    Raises:
        InvalidGrant: the refresh token or the code is refused.
        InvalidClient: the app is.
        RateLimited: 429.
        ServerTrouble: 5xx.
        BadAnswer: anything else, such as the page of a captive portal.
    """
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise rate_limit(answer.headers, answer.body, now=now)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerTrouble(status)
    fields = _object_in(answer)
    if status == HTTPStatus.OK:
        return _tokens_in(fields)
    if status >= HTTPStatus.BAD_REQUEST:
        match fields.get("error"):
            case "invalid_grant":
                raise InvalidGrant
            case "invalid_client" | "unauthorized_client":
                raise InvalidClient
    raise BadAnswer("unexpected status", status=status)


def _object_in(answer: Answer) -> Mapping[str, Any]:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadAnswer("not JSON", status=answer.status)
    return read(answer.body)


def _tokens_in(fields: Mapping[str, Any]) -> TokenAnswer:
    # What is not needed is not insisted on: with the answer, a new refresh token would be thrown
    # away, and the old one may be void by now.
    kind = fields.get("token_type")
    if kind is not None and str(kind).lower() != "bearer":
        raise BadAnswer("not a bearer token", status=200)
    scope = fields.get("scope")
    return TokenAnswer(
        access_token=_token(fields.get("access_token")),
        expires_in_s=_lifetime_s(fields.get("expires_in")),
        refresh_token=_token(given) if (given := fields.get("refresh_token")) else None,
        scope=scope if isinstance(scope, str) and _SCOPE.fullmatch(scope) else None,
    )


def _lifetime_s(given: object) -> float:
    if (
        isinstance(given, bool)
        or not isinstance(given, int | float)
        or not LEAST_LIFETIME_S <= given <= MOST_LIFETIME_S
    ):
        return USUAL_LIFETIME_S  # if that is too long, a 401 will say so
    return float(given)


def _token(given: object) -> Secret:
    if not isinstance(given, str) or not _TOKEN.fullmatch(given):
        raise BadAnswer("no sensible token", status=200)
    return Secret(given)
