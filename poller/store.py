"""The grant and the cooldown on disk: every method one statement, all of it or nothing.

A write names the generation it replaces, so nobody overwrites what he has not seen. When to write
what is the business of ``tokens``.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from .clock import Clock
from .database import Database, open_database
from .errors import StateOvertaken
from .quota import Cooldown
from .schema import COOLDOWN_COLUMNS, GRANT_COLUMNS, LAYOUT, cooldown_from_row, from_row, to_row
from .state_directory import StateDirectory
from .stored_grant import StoredGrant

GRANT_FILE: Final = LAYOUT.file_name

# All names in these statements are the constants of schema.py, hence the S608s.
_READ: Final = f"SELECT {', '.join(GRANT_COLUMNS)} FROM grant"  # noqa: S608
_REPLACE: Final = (
    f"UPDATE grant SET {', '.join(f'{name} = :{name}' for name in GRANT_COLUMNS)}"  # noqa: S608
    " WHERE generation = :over"
)
_PUT: Final = (
    f"INSERT INTO grant (id, {', '.join(GRANT_COLUMNS)})"  # noqa: S608
    f" VALUES (1, {', '.join(f':{name}' for name in GRANT_COLUMNS)})"
    " ON CONFLICT (id) DO UPDATE SET generation = max(grant.generation + 1, excluded.generation), "
    + ", ".join(f"{name} = excluded.{name}" for name in GRANT_COLUMNS if name != "generation")
    + " RETURNING generation"
)
_BLANK: Final = (
    "UPDATE grant SET refresh_token = '-', prev_refresh_token = NULL, access_token = NULL,"
    " account_key = NULL, account_name = NULL, is_dead = 1"
)
_READ_COOLDOWN: Final = f"SELECT {', '.join(COOLDOWN_COLUMNS)} FROM cooldown"  # noqa: S608
_PUT_COOLDOWN: Final = (
    f"INSERT OR REPLACE INTO cooldown (id, {', '.join(COOLDOWN_COLUMNS)})"  # noqa: S608
    f" VALUES (1, {', '.join(f':{name}' for name in COOLDOWN_COLUMNS)})"
)


class GrantStore:
    """The open database. Get one from :func:`open_state`.

    Every method raises StateUnwritable or StateUnreadable when the disk does not do its part; a
    write that names a generation raises StateOvertaken when another one is stored.
    """

    def __init__(self, database: Database, directory: StateDirectory) -> None:
        self._database = database
        self.directory = directory

    async def read(self) -> StoredGrant | None:
        """Return the stored grant, dead or alive."""
        rows = await self._database.read(_READ)
        return from_row(rows[0]) if rows else None

    async def note_intent(self, generation: int) -> None:
        """Write down that a refresh of this generation is about to be asked for."""
        await self._write_over(
            "UPDATE grant SET intent_generation = :over WHERE generation = :over",
            over=generation,
        )

    async def save_refresh(self, grant: StoredGrant, *, over: int) -> None:
        """Replace the grant of generation ``over``."""
        await self._write_over(_REPLACE, to_row(grant), over=over)

    async def save_consent(self, grant: StoredGrant) -> int:
        """Put ``grant`` in the place of whatever there is, and return its generation.

        That is ``grant.generation``, or more if the stored one is not older.
        """
        rows = await self._database.write_returning(_PUT, to_row(grant))
        return int(rows[0]["generation"])

    async def mark_dead(self, generation: int) -> None:
        """Take the grant out of use. Its row stays: Spotify has been wrong about this before."""
        await self._write_over(
            "UPDATE grant SET is_dead = 1, intent_generation = NULL WHERE generation = :over",
            over=generation,
        )

    async def clear(self) -> None:
        """Delete the grant, for a logout. No token is left in the file or in its journal."""
        # The journal keeps the page as it was before a write, so the second one wipes what the
        # first one left there.
        await self._database.write(_BLANK)
        await self._database.write("DELETE FROM grant")

    async def read_cooldown(self) -> Cooldown | None:
        """Return the cooldown that was in force."""
        rows = await self._database.read(_READ_COOLDOWN)
        return cooldown_from_row(rows[0]) if rows else None

    async def save_cooldown(self, cooldown: Cooldown) -> None:
        """Keep a cooldown over a restart."""
        await self._database.write(_PUT_COOLDOWN, msgspec.structs.asdict(cooldown))

    async def _write_over(
        self, statement: str, values: Mapping[str, object] | None = None, *, over: int
    ) -> None:
        if await self._database.write(statement, {**(values or {}), "over": over}) != 1:
            raise StateOvertaken


@asynccontextmanager
async def open_state(path: Path, *, clock: Clock) -> AsyncIterator[GrantStore]:
    """Hold the state directory and open the grant in it, for as long as the block lasts.

    A file that cannot be used is set aside with its journal, and the store begins empty.

    Raises:
        StateRefused: exit 78; the message names the command that mends it.
        StateInUse: another process holds the directory.
        StateUnreadable: the disk fails now.
        StateUnwritable: so does it, or it is full.
    """
    with StateDirectory(path) as directory:
        async with open_database(directory, LAYOUT, clock=clock) as database:
            yield GrantStore(database, directory)
