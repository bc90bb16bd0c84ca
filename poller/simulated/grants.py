"""The tokens the simulated accounts service has given out, and which of them are still good."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tonearm.poller.transport import Answer

from .answers import oauth_error

ACCESS_LIFETIME_S: Final = 3600.0
GRANT_LIFETIME_S: Final = 181 * 86_400.0
"""Six months after consent; 181 days are the fewest that six months can have."""


class Rotation(StrEnum):
    """What a refresh does to the refresh token; the real service has done all of these."""

    NONE = "none"  # the answer has none, the old one stays
    SAME = "same"  # the answer repeats the old one
    GRACE = "rotate_grace"  # a new one; the old one stays good until the new one is used
    STRICT = "rotate_strict"  # a new one; the old one is dead at once


@dataclass(slots=True, kw_only=True)
class Grant:
    """One consent. ``good`` maps each living refresh token to the one it replaced."""

    scopes: frozenset[str]
    consented_s: float
    is_pkce: bool
    good: dict[str, str | None] = field(default_factory=dict, repr=False)


@dataclass(slots=True, kw_only=True)
class Grants:
    """Every grant of one account. Tokens come from a counter, so runs repeat exactly."""

    rotation: Rotation = Rotation.NONE
    access_lifetime_s: float = ACCESS_LIFETIME_S
    lifetime_s: float = GRANT_LIFETIME_S
    _grants: list[Grant] = field(default_factory=list)
    _access: dict[str, tuple[Grant, float]] = field(default_factory=dict, repr=False)
    _dead: set[str] = field(default_factory=set, repr=False)
    _names: Iterator[str] = field(default_factory=lambda: map(_token_text, itertools.count()))

    def consent(self, scopes: frozenset[str], now_s: float, *, is_pkce: bool) -> dict[str, Any]:
        """Make a grant and return the token endpoint's first answer for it."""
        grant = Grant(scopes=scopes, consented_s=now_s, is_pkce=is_pkce)
        self._grants.append(grant)
        refresh_token = self._new_refresh_token(grant, replaces=None)
        return {**self._new_access(grant, now_s), "refresh_token": refresh_token}

    def refresh(self, token: str, now_s: float, *, is_public: bool) -> dict[str, Any] | Answer:
        """Return the fields of a successful refresh, or the error answer.

        ``is_public`` is a request without a client secret: only PKCE grants allow that.
        """
        grant = next((grant for grant in self._grants if token in grant.good), None)
        if grant is None:
            word = "Refresh token revoked" if token in self._dead else "Invalid refresh token"
            return oauth_error("invalid_grant", word)
        if now_s >= grant.consented_s + self.lifetime_s:
            return oauth_error("invalid_grant", "Refresh token expired")
        if is_public and not grant.is_pkce:
            return oauth_error("invalid_client", "Invalid client secret")
        return {**self._new_access(grant, now_s), **self._rotate(grant, token)}

    def scopes_of(self, access_token: str, now_s: float) -> frozenset[str] | None:
        """Return what a living access token allows; None when it is unknown or expired."""
        grant, until_s = self._access.get(access_token, (None, now_s))
        return grant.scopes if grant is not None and now_s < until_s else None

    def revoke_access(self) -> None:
        """Let every access token die now; refresh tokens live on."""
        self._access.clear()

    def revoke_grant(self) -> None:
        """Take every permission back, as the owner can on Spotify's account page."""
        self.revoke_access()
        for grant in self._grants:
            for token in tuple(grant.good):
                self._kill(grant, token)

    def expire_grant(self) -> None:
        """Make every grant older than its six months; access tokens live on."""
        for grant in self._grants:
            grant.consented_s -= self.lifetime_s

    def _rotate(self, grant: Grant, token: str) -> dict[str, str]:
        """Return the ``refresh_token`` field of a refresh with ``token``, if there is one."""
        match self.rotation:
            case Rotation.NONE:
                return {}
            case Rotation.SAME:
                return {"refresh_token": token}
            case Rotation.GRACE:
                self._kill(grant, grant.good[token])  # its predecessor: this one was used now
                grant.good[token] = None
                return {"refresh_token": self._new_refresh_token(grant, replaces=token)}
            case Rotation.STRICT:
                self._kill(grant, token)
                return {"refresh_token": self._new_refresh_token(grant, replaces=None)}

    def _new_access(self, grant: Grant, now_s: float) -> dict[str, Any]:
        self._access = {
            token: (owner, until_s)
            for token, (owner, until_s) in self._access.items()
            if now_s < until_s
        }
        access_token = f"BQ{next(self._names)}"
        self._access[access_token] = (grant, now_s + self.access_lifetime_s)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": round(self.access_lifetime_s),
            "scope": " ".join(sorted(grant.scopes)),
        }

    def _new_refresh_token(self, grant: Grant, *, replaces: str | None) -> str:
        token = f"AQ{next(self._names)}"
        grant.good[token] = replaces
        return token

    def _kill(self, grant: Grant, token: str | None) -> None:
        if token is not None:
            grant.good.pop(token, None)
            self._dead.add(token)


def _token_text(number: int) -> str:
    return hashlib.blake2b(f"token {number}".encode()).hexdigest()
