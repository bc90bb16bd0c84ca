"""The simulated account: one listener and one app behind Spotify's addresses.

A machine without I/O and without a clock: ``answer(request, now_s)``. It is slow, wrong or silent
when its faults, its limits or the listener's lag say so, never by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tonearm.poller.transport import Answer, Request

from .answers import api_error, header
from .authorization import READ_SCOPES, Authorization
from .faults import Endpoint, FaultBook, Refusal
from .limits import Limits
from .listener import Listener
from .player import Player
from .timeline import Timeline

SCOPES: Final[Mapping[str, frozenset[str]]] = {
    Endpoint.ME: frozenset(),
    Endpoint.PLAYER: frozenset({"user-read-playback-state"}),
    Endpoint.CURRENTLY_PLAYING: frozenset({"user-read-currently-playing"}),
    Endpoint.QUEUE: frozenset({"user-read-playback-state", "user-read-currently-playing"}),
    Endpoint.RECENTLY_PLAYED: frozenset({"user-read-recently-played"}),
}
"""The Web API's endpoints; any one of its scopes opens each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that arrived. ``status`` is 0 when it was left without an answer."""

    at_s: float
    method: str
    path: str
    status: int


@dataclass(slots=True, kw_only=True)
class Account:
    """Everything behind ``api.spotify.com`` and ``accounts.spotify.com``, for one listener."""

    listener: Listener = field(default_factory=Listener)
    timeline: Timeline = field(default_factory=Timeline)
    authorization: Authorization = field(default_factory=Authorization)
    faults: FaultBook = field(default_factory=FaultBook)
    limits: Limits = field(default_factory=Limits)
    calls: list[Call] = field(default_factory=list)

    @property
    def player(self) -> Player:
        return self.listener.player

    def answer(self, request: Request, now_s: float) -> Answer:
        """Return what Spotify would answer at ``now_s``, or ``faults.HANG`` or ``faults.CUT``."""
        self.timeline.run(now_s)
        path = urlsplit(request.url).path
        answer = self._answer(request, path, now_s)
        call = Call(at_s=now_s, method=request.method, path=path, status=answer.status)
        self.calls.append(call)
        return answer

    def count(self, endpoint: Endpoint = Endpoint.ANY, *, since_s: float = -inf) -> int:
        """Return how many requests came for ``endpoint``, if given from ``since_s`` on."""
        wanted = [call for call in self.calls if endpoint in (call.path, Endpoint.ANY)]
        return sum(call.at_s >= since_s for call in wanted)

    def agree(self, now_s: float, *, scopes: frozenset[str] = READ_SCOPES) -> str:
        """Consent without a browser and return the refresh token."""
        tokens = self.authorization.grants.consent(scopes, now_s, is_pkce=True)
        return str(tokens["refresh_token"])

    def revoke_access(self) -> None:
        """Let every access token die now: the next call is answered 401."""
        self.authorization.grants.revoke_access()

    def revoke_grant(self) -> None:
        """Take every permission back: the next refresh is answered ``invalid_grant``."""
        self.authorization.grants.revoke_grant()

    def expire_grant(self) -> None:
        """Let six months pass since consent; access tokens live on."""
        self.authorization.grants.expire_grant()

    def _answer(self, request: Request, path: str, now_s: float) -> Answer:
        fault = self.faults.take(path)
        if isinstance(fault, Refusal):
            return fault.answer
        true = self._true_answer(request, path, now_s)
        return true if fault is None else fault.change(true)

    def _true_answer(self, request: Request, path: str, now_s: float) -> Answer:
        query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
        credentials = header(request.headers, "authorization")
        match request.method, path:
            case "GET", Endpoint.AUTHORIZE:
                return self.authorization.authorize(query, self.listener.name)
            case "GET", Endpoint.DECISION:
                return self.authorization.decide(query, now_s)
            case "POST", Endpoint.TOKEN:
                return self.authorization.token(credentials, request.form or {}, now_s)
            case "GET", _ if path in SCOPES:
                return (
                    self.limits.admit(now_s)
                    or self._refusal(credentials, path, now_s)
                    or self.listener.read(Endpoint(path), query, now_s)
                )
            case _:
                return api_error(404, "Service not found")

    def _refusal(self, credentials: str, path: str, now_s: float) -> Answer | None:
        scheme, _, token = credentials.partition(" ")
        if scheme != "Bearer" or not token:
            return api_error(401, "No token provided")
        scopes = self.authorization.grants.scopes_of(token, now_s)
        if scopes is None:
            return api_error(401, "The access token expired")
        if SCOPES[path] and not SCOPES[path] & scopes:
            return api_error(403, "Insufficient client scope")
        return None
