"""The simulated accounts service: consent, codes and the token endpoint, as strict as the real one.

Knows one app and one listener. It is handed parsed queries and forms, and every instant.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

from tonearm.poller.transport import Answer

from . import consent
from .answers import as_json, as_text, oauth_error, redirect
from .grants import Grants

CODE_LIFETIME_S: Final = 600.0
READ_SCOPES: Final = frozenset(
    ("user-read-playback-state", "user-read-currently-playing", "user-read-recently-played"),
)
KNOWN_SCOPES: Final = READ_SCOPES | {
    "user-modify-playback-state",
    "user-read-private",
    "playlist-read-private",
    "playlist-modify-public",
    "playlist-modify-private",
}
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredApp:
    """What the owner typed into the developer dashboard; without a secret the app is PKCE only."""

    client_id: str = "5e1f00c0ffee4a11b0a7d0d0cafe3345"
    client_secret: str | None = field(default=None, repr=False)
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1:8888/callback",)
    name: str = "tonearm"

    def allows_redirect(self, uri: str) -> bool:
        """Compare exactly; a loopback literal registered without a port allows every port."""
        return uri in self.redirect_uris or _without_loopback_port(uri) in self.redirect_uris


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an authorization code stands for."""

    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    until_s: float


@dataclass(slots=True, kw_only=True)
class Authorization:
    """The accounts service for one app and one listener."""

    app: RegisteredApp = field(default_factory=RegisteredApp)
    grants: Grants = field(default_factory=Grants)
    _codes: dict[str, Code] = field(default_factory=dict, repr=False)
    _codes_made: int = 0

    def authorize(self, query: Mapping[str, str], listener: str) -> Answer:
        """Return the consent page for ``listener``, or a page that says what is wrong."""
        return self._mistake(query) or as_text(
            consent.page(self.app.name, listener, _scopes(query), query),
            status=200,
            kind="text/html",
        )

    def decide(self, query: Mapping[str, str], now_s: float) -> Answer:
        """Send the browser back to the app with a code, or with ``error=access_denied``."""
        if mistake := self._mistake(query):
            return mistake
        outcome = {"error": "access_denied"}
        if query.get("choice") == "agree":
            outcome = {"code": self._new_code(query, now_s)}
        if "state" in query:
            outcome["state"] = query["state"]
        uri = query["redirect_uri"]
        return redirect(f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(outcome)}")

    def token(self, authorization: str, form: Mapping[str, str], now_s: float) -> Answer:
        """Answer a form posted to the token endpoint with this ``Authorization`` header."""
        is_public = not authorization
        if mistake := self._client_mistake(authorization, form):
            return mistake
        match form.get("grant_type"):
            case "authorization_code":
                return self._redeem(form, now_s, is_public=is_public)
            case "refresh_token":
                token = form.get("refresh_token", "")
                fields = self.grants.refresh(token, now_s, is_public=is_public)
                return fields if isinstance(fields, Answer) else as_json(fields)
            case None:
                return oauth_error("unsupported_grant_type", "grant_type parameter is missing")
            case _:
                return oauth_error("unsupported_grant_type", "grant_type is not supported")

    def _mistake(self, query: Mapping[str, str]) -> Answer | None:
        """Return the page for a link that must not lead back to the app."""
        challenge = query.get("code_challenge")
        checks = (
            (query.get("client_id") == self.app.client_id, "INVALID_CLIENT: Invalid client"),
            (
                self.app.allows_redirect(query.get("redirect_uri", "")),
                "INVALID_CLIENT: Invalid redirect URI",
            ),
            (query.get("response_type") == "code", "response_type must be code"),
            (_scopes(query) <= KNOWN_SCOPES, "INVALID_SCOPE: Invalid scope"),
            (
                challenge is None or query.get("code_challenge_method") == "S256",
                "code_challenge_method must be S256",
            ),
            (
                challenge is None or _CHALLENGE.fullmatch(challenge) is not None,
                "code_challenge must be 43 characters of base64url",
            ),
        )
        return next((as_text(text, status=400) for is_right, text in checks if not is_right), None)

    def _client_mistake(self, authorization: str, form: Mapping[str, str]) -> Answer | None:
        client_id, secret = form.get("client_id"), None
        if authorization:
            try:
                scheme, _, encoded = authorization.partition(" ")
                pair = (
                    base64.b64decode(encoded, validate=True).decode() if scheme == "Basic" else ""
                )
            except (binascii.Error, UnicodeDecodeError):
                pair = ""
            client_id, _, secret = pair.partition(":")
        if client_id != self.app.client_id:
            return oauth_error("invalid_client", "Invalid client")
        if secret is not None and not _equal(secret, self.app.client_secret or ""):
            return oauth_error("invalid_client", "Invalid client secret")
        return None

    def _new_code(self, query: Mapping[str, str], now_s: float) -> str:
        self._codes_made += 1
        text = hashlib.blake2b(f"code {self._codes_made}".encode()).hexdigest()
        self._codes[text] = Code(
            redirect_uri=query["redirect_uri"],
            scopes=_scopes(query),
            challenge=query.get("code_challenge"),
            until_s=now_s + CODE_LIFETIME_S,
        )
        return text

    def _redeem(self, form: Mapping[str, str], now_s: float, *, is_public: bool) -> Answer:
        code = self._codes.pop(form.get("code", ""), None)  # good once, even for a failed attempt
        if code is None:
            return oauth_error("invalid_grant", "Invalid authorization code")
        if now_s >= code.until_s:
            return oauth_error("invalid_grant", "Authorization code expired")
        if form.get("redirect_uri") != code.redirect_uri:
            return oauth_error("invalid_grant", "Invalid redirect URI")
        if code.challenge is None and is_public:
            return oauth_error("invalid_client", "Invalid client secret")
        if code.challenge is not None:
            verifier = form.get("code_verifier", "")
            if not _equal(_challenge_of(verifier), code.challenge):
                return oauth_error("invalid_grant", "code_verifier was incorrect")
        is_pkce = code.challenge is not None
        return as_json(self.grants.consent(code.scopes, now_s, is_pkce=is_pkce))


def _scopes(query: Mapping[str, str]) -> frozenset[str]:
    return frozenset(query.get("scope", "").split())


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _without_loopback_port(uri: str) -> str:
    parts = urlsplit(uri)
    host = "[::1]" if parts.hostname == "::1" else parts.hostname or ""
    is_loopback = parts.scheme == "http" and host in ("127.0.0.1", "[::1]")
    return parts._replace(netloc=host).geturl() if is_loopback else uri
