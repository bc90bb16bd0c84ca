"""The grant as values: what a login brings, what is kept, what may be shown, what follows what.

Pure. Instants ``_at`` are milliseconds since 1970 UTC, ``_s`` monotonic seconds. Keeping a grant
is the business of ``store``, using it that of ``tokens``.
"""

from dataclasses import dataclass, replace

import msgspec

from .grant import valid_until_at
from .playback import Account
from .secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """An access token and its end, on the clock of the boot it was got in and on the wall."""

    token: Secret
    lifetime_s: float
    until_s: float
    until_at: int
    boot_id: str

    def left_s(self, *, now_s: float, now_at: int, boot_id: str) -> float:
        """Return how long it is still good, in seconds; 0 when that cannot be known.

        The wall clock decides only after a reboot. More left than it ever had means that a clock
        was set back: then it is not believed.
        """
        left = self.until_s - now_s if boot_id == self.boot_id else (self.until_at - now_at) / 1000
        return left if 0.0 < left <= self.lifetime_s else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a login brought, not stored yet."""

    refresh_token: Secret
    access: AccessToken
    scope: str
    authorized_at: int

    @property
    def access_token(self) -> Secret:
        """The token to ask whose consent it is."""
        return self.access.token


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """The grant as it is kept.

    ``generation`` grows with every write that replaces tokens. ``intent_generation`` is set while
    the outcome of a refresh of that generation is not known. A dead grant is kept, not used.
    """

    generation: int
    refresh_token: Secret
    prev_refresh_token: Secret | None = None
    access: AccessToken | None = None
    scope: str
    authorized_at: int
    account: Account | None = None
    intent_generation: int | None = None
    is_dead: bool = False


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told about the grant: no token is in it."""

    is_alive: bool
    authorized_at: int
    valid_until_at: int
    account: Account | None
    generation: int


def granted(consent: Consent, account: Account | None, *, generation: int) -> StoredGrant:
    """Return the grant that a consent starts."""
    return StoredGrant(
        generation=generation,
        refresh_token=consent.refresh_token,
        access=consent.access,
        scope=consent.scope,
        authorized_at=consent.authorized_at,
        account=account,
    )


def refreshed(
    grant: StoredGrant,
    access: AccessToken,
    *,
    refresh_token: Secret | None,
    scope: str | None,
) -> StoredGrant:
    """Return the next generation after a refresh.

    ``refresh_token`` and ``scope`` are None when the answer had none: the old ones stay good.
    """
    is_rotated = refresh_token is not None and refresh_token != grant.refresh_token
    return replace(
        grant,
        generation=grant.generation + 1,
        refresh_token=refresh_token or grant.refresh_token,
        prev_refresh_token=grant.refresh_token if is_rotated else grant.prev_refresh_token,
        access=access,
        scope=scope or grant.scope,
        intent_generation=None,
        is_dead=False,
    )


def view(grant: StoredGrant) -> GrantView:
    """Return what may be shown of a grant."""
    return GrantView(
        is_alive=not grant.is_dead,
        authorized_at=grant.authorized_at,
        valid_until_at=valid_until_at(grant.authorized_at),
        account=grant.account,
        generation=grant.generation,
    )
