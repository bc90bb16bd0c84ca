"""What can go wrong between Spotify and us, as values, and the book that says when it does.

A fault is either a *refusal*, sent instead of an answer while the request has no effect, or a
*mangling*, where the request takes effect and its answer is changed or lost on the way. The
difference matters for refreshes: a lost answer may have replaced the refresh token.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tonearm.poller.transport import Answer

from .answers import api_error, as_json, as_text, oauth_error, redirect, too_many

HANG: Final = Answer(status=0, body=b"hang")
"""Stands for no answer at all; whoever carries answers acts it out."""

CUT: Final = Answer(status=0, body=b"cut")
"""Stands for a connection that breaks in the middle of the body."""

HUGE_BYTES: Final = 2 << 20

PORTAL: Final = "<!doctype html><title>Welcome</title><h1>Please accept our terms to go online</h1>"


class Endpoint(StrEnum):
    """The addresses the simulated account speaks at; ANY stands for all of them."""

    ME = "/v1/me"
    PLAYER = "/v1/me/player"
    CURRENTLY_PLAYING = "/v1/me/player/currently-playing"
    QUEUE = "/v1/me/player/queue"
    RECENTLY_PLAYED = "/v1/me/player/recently-played"
    AUTHORIZE = "/authorize"
    DECISION = "/authorize/decision"
    TOKEN = "/api/token"  # noqa: S105  (an address)
    ANY = "*"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request has no effect; this is sent instead of an answer."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Mangling:
    """The request takes effect; what arrives is what ``change`` makes of the true answer."""

    change: Callable[[Answer], Answer]


Fault = Refusal | Mangling


def unauthorized() -> Fault:
    """401, whatever the token."""
    return Refusal(api_error(401, "The access token expired"))


def not_allow_listed() -> Fault:
    """403 in plain text, as Spotify answers accounts the app does not know."""
    return Refusal(as_text("User not registered in the Developer Dashboard", status=403))


def refused(message: str) -> Fault:
    """403 with ``message``; the texts Spotify uses stand below."""
    return Refusal(api_error(403, message))


NO_PREMIUM: Final = "Active premium subscription required for the owner of the app."
NO_SCOPE: Final = "Insufficient client scope"
NO_COUNTRY: Final = "Spotify is unavailable in this country"


def rate_limited(retry_after: str | None, *, is_quota: bool = False) -> Fault:
    """429 with any text as Retry-After, or without the header."""
    return Refusal(too_many(retry_after, is_quota=is_quota))


def server_trouble(status: int = 503) -> Fault:
    """5xx with an error object."""
    return Refusal(api_error(status, "Service unavailable"))


def server_trouble_empty(status: int = 503) -> Fault:
    """5xx without a body."""
    return Refusal(Answer(status=status))


def server_trouble_html(status: int = 502) -> Fault:
    """5xx with a page for humans."""
    return Refusal(as_text("<h1>Bad gateway</h1>", status=status, kind="text/html"))


def captive_portal() -> Fault:
    """200 and a page: what a hotel's network sends in Spotify's name."""
    return Refusal(as_text(PORTAL, status=200, kind="text/html"))


def redirected(location: str = "http://portal.example/login") -> Fault:
    """302: the other thing that a hotel's network does."""
    return Refusal(redirect(location))


def empty() -> Fault:
    """200 without a body."""
    return Refusal(Answer(status=200, headers={"content-type": "application/json"}))


def huge() -> Fault:
    """Valid JSON, far larger than anything Spotify sends."""
    return Refusal(as_json({"item": "x" * (HUGE_BYTES)}))


def invalid_grant(description: str = "Refresh token revoked") -> Fault:
    """Let the token endpoint refuse the grant, rightly or by Spotify's mistake."""
    return Refusal(oauth_error("invalid_grant", description))


def invalid_client() -> Fault:
    """Let the token endpoint refuse the app."""
    return Refusal(oauth_error("invalid_client", "Invalid client"))


def unanswered() -> Fault:
    """Never answer, and do nothing."""
    return Refusal(HANG)


def hang() -> Fault:
    """Do what was asked, but never answer."""
    return Mangling(lambda _: HANG)


def cut() -> Fault:
    """Do what was asked, but break the connection in the middle of the answer."""
    return Mangling(lambda _: CUT)


def truncated() -> Fault:
    """Send only the first half of the body, as if it were all."""
    return Mangling(lambda true: _with_body(true, true.body[: len(true.body) // 2]))


def without_item() -> Fault:
    """``item: null`` although something plays."""
    return Mangling(lambda true: _edited(true, item=None))


def without_progress() -> Fault:
    """``progress_ms: null`` although something plays."""
    return Mangling(lambda true: _edited(true, progress_ms=None))


def progress(value_ms: Any) -> Fault:
    """Whatever is wanted as ``progress_ms``: past the end, negative, not a number."""
    return Mangling(lambda true: _edited(true, progress_ms=value_ms))


def frozen_progress() -> Fault:
    """The progress of the first answer for ever, as from a session whose device died."""
    seen: list[Any] = []

    def freeze(true: Answer) -> Answer:
        if not true.body:
            return true
        seen.append(json.loads(true.body).get("progress_ms"))
        return _edited(true, progress_ms=seen[0])

    return Mangling(freeze)


def _edited(true: Answer, **fields: Any) -> Answer:
    if not true.body:  # 204: there is nothing to edit
        return true
    return _with_body(true, as_json({**json.loads(true.body), **fields}).body)


def _with_body(true: Answer, body: bytes) -> Answer:
    return Answer(status=true.status, headers=true.headers, body=body)


@dataclass(slots=True)
class FaultBook:
    """Which faults come next: first those meant for one endpoint, then those for any."""

    _next: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[str, Fault] = field(default_factory=dict)

    def next(self, endpoint: Endpoint, fault: Fault, *, times: int = 1) -> None:
        """Let the next ``times`` requests to ``endpoint`` fail, after those already written."""
        self._next[endpoint].extend([fault] * times)

    def always(self, endpoint: Endpoint, fault: Fault) -> None:
        """Let every request to ``endpoint`` fail until :meth:`clear`."""
        self._always[endpoint] = fault

    def clear(self, endpoint: Endpoint | None = None) -> None:
        """Forget the faults of ``endpoint``, or all."""
        for written in (self._next, self._always):
            if endpoint is None:
                written.clear()
            else:
                written.pop(endpoint, None)

    def take(self, path: str) -> Fault | None:
        """Return the fault for a request to ``path`` and count it as used."""
        for key in (path, Endpoint.ANY):
            if self._next.get(key):
                return self._next[key].popleft()
        return self._always.get(path) or self._always.get(Endpoint.ANY)
