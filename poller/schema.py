"""What the grant's database looks like, and how a grant becomes a row and a row a grant.

The row is also what the copy in the runtime directory holds. A page is large enough for the
longest row, and each table owns its page from the beginning: no write needs a new one, so a full
disk does not stop it.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from .layout import Layout
from .playback import Account
from .quota import Cooldown
from .secret import Secret
from .stored_grant import AccessToken, StoredGrant

GRANT_COLUMNS: Final = (
    "generation",
    "refresh_token",
    "prev_refresh_token",
    "access_token",
    "access_lifetime_s",
    "access_until_s",
    "access_until_at",
    "access_boot_id",
    "scope",
    "authorized_at",
    "account_key",
    "account_name",
    "intent_generation",
    "is_dead",
)

COOLDOWN_COLUMNS: Final = Cooldown.__struct_fields__

_TABLES: Final = """
CREATE TABLE grant (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL CHECK (generation > 0),
    refresh_token TEXT NOT NULL CHECK (refresh_token <> ''),
    prev_refresh_token TEXT,
    access_token TEXT,
    access_lifetime_s REAL,
    access_until_s REAL,
    access_until_at INTEGER,
    access_boot_id TEXT,
    scope TEXT NOT NULL,
    authorized_at INTEGER NOT NULL,
    account_key TEXT,
    account_name TEXT,
    intent_generation INTEGER,
    is_dead INTEGER NOT NULL CHECK (is_dead IN (0, 1))
) STRICT;
CREATE TABLE cooldown (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    began_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    until_s REAL NOT NULL,
    boot_id TEXT NOT NULL,
    is_quota INTEGER NOT NULL CHECK (is_quota IN (0, 1)),
    strikes INTEGER NOT NULL
) STRICT;
"""

# The journal keeps its length (journal_mode PERSIST). This transaction gives it room for more
# pages than any later one touches, while the disk still has some.
_PRIME: Final = """
BEGIN IMMEDIATE;
INSERT INTO grant (id, generation, refresh_token, scope, authorized_at, is_dead)
    VALUES (1, 1, '-', '-', 0, 0);
INSERT INTO cooldown (id, began_at, until_at, until_s, boot_id, is_quota, strikes)
    VALUES (1, 0, 0, 0.0, '-', 0, 0);
DELETE FROM grant;
DELETE FROM cooldown;
COMMIT;
"""


class _Row(msgspec.Struct, kw_only=True):
    generation: int
    refresh_token: Secret
    prev_refresh_token: Secret | None
    access_token: Secret | None
    access_lifetime_s: float | None
    access_until_s: float | None
    access_until_at: int | None
    access_boot_id: str | None
    scope: str
    authorized_at: int
    account_key: str | None
    account_name: str | None
    intent_generation: int | None
    is_dead: bool


def to_row(grant: StoredGrant) -> dict[str, str | int | float | None]:
    """Return the columns of a grant. The tokens are in it in the clear: store it at once."""
    access, account, prev = grant.access, grant.account, grant.prev_refresh_token
    return {
        "generation": grant.generation,
        "refresh_token": grant.refresh_token.reveal(),
        "prev_refresh_token": prev.reveal() if prev else None,
        "access_token": access.token.reveal() if access else None,
        "access_lifetime_s": access.lifetime_s if access else None,
        "access_until_s": access.until_s if access else None,
        "access_until_at": access.until_at if access else None,
        "access_boot_id": access.boot_id if access else None,
        "scope": grant.scope,
        "authorized_at": grant.authorized_at,
        "account_key": account.key if account else None,
        "account_name": account.name if account else None,
        "intent_generation": grant.intent_generation,
        "is_dead": int(grant.is_dead),
    }


def from_row(columns: Mapping[str, object]) -> StoredGrant:
    """Return the grant in a row.

    Raises:
        ValueError: it is not one (``msgspec.ValidationError`` is a ValueError).
    """
    row = msgspec.convert(columns, _Row, strict=False, dec_hook=_secret)
    return StoredGrant(
        generation=row.generation,
        refresh_token=row.refresh_token,
        prev_refresh_token=row.prev_refresh_token,
        access=_access_in(row),
        scope=row.scope,
        authorized_at=row.authorized_at,
        account=_account_in(row),
        intent_generation=row.intent_generation,
        is_dead=row.is_dead,
    )


def cooldown_from_row(columns: Mapping[str, object]) -> Cooldown:
    """Return the cooldown in a row; raise ValueError if it is not one."""
    return msgspec.convert(columns, Cooldown, strict=False)


def _access_in(row: _Row) -> AccessToken | None:
    if (
        row.access_token is None
        or row.access_lifetime_s is None
        or row.access_until_s is None
        or row.access_until_at is None
        or row.access_boot_id is None
    ):
        return None
    return AccessToken(
        token=row.access_token,
        lifetime_s=row.access_lifetime_s,
        until_s=row.access_until_s,
        until_at=row.access_until_at,
        boot_id=row.access_boot_id,
    )


def _account_in(row: _Row) -> Account | None:
    if row.account_key is None or row.account_name is None:
        return None
    return Account(key=row.account_key, name=row.account_name)


def _secret(_kind: type[Any], value: object) -> Secret:
    if not isinstance(value, str) or not value:
        raise ValueError("not a token")
    return Secret(value)


LAYOUT: Final = Layout(
    file_name="grant.db",
    what="login",
    application_id=0x746F6E65,  # "tone"
    version=1,
    page_bytes=16_384,
    tables=_TABLES,
    prime=_PRIME,
    readers={"grant": from_row, "cooldown": cooldown_from_row},
)
