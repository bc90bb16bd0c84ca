"""What is shown, kept over a restart: the last published item, and whether nothing may be shown.

A small database beside the grant's. What is lost here is one line on a card, so it has a file of
its own and never delays the grant.
"""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiosqlite
import msgspec

from .clock import Clock
from .database import open_database, reason
from .errors import StateUnreadable, StateUnwritable
from .incognito import Incognito
from .layout import Layout
from .publish import LastPlayed
from .state_directory import StateDirectory


def _read(columns: Mapping[str, object]) -> LastPlayed:
    """Return the last played item in a row; raise ValueError if it is not one."""
    return msgspec.json.decode(str(columns["play"]), type=LastPlayed)


def _read_incognito(columns: Mapping[str, object]) -> Incognito:
    return msgspec.json.decode(str(columns["incognito"]), type=Incognito)


LAYOUT: Final = Layout(
    file_name="plays.db",
    what="last played item",
    application_id=0x706C6179,  # "play"
    version=1,
    page_bytes=8192,
    tables="""
        CREATE TABLE last_played (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            play TEXT NOT NULL
        ) STRICT;
        CREATE TABLE incognito (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            incognito TEXT NOT NULL
        ) STRICT;
    """,
    prime="",
    readers={"last_played": _read, "incognito": _read_incognito},
)


_TOUCH: Final = """
    BEGIN IMMEDIATE;
    INSERT INTO last_played (id, play) VALUES (1, '-');
    DELETE FROM last_played;
    COMMIT;
"""


class Plays:
    """The open database. Get one from :func:`open_plays`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def last_played(self) -> LastPlayed | None:
        """Return what was kept last; raise StateUnreadable when the disk does not do its part."""
        row = await self._row("SELECT play FROM last_played")
        return None if row is None else _read(row)

    async def keep(self, last: LastPlayed) -> None:
        """Keep ``last`` in the place of what there was; raise StateUnwritable if that fails."""
        play = msgspec.json.encode(last).decode()
        await self._write("INSERT OR REPLACE INTO last_played (id, play) VALUES (1, ?)", play)

    async def clear(self) -> None:
        """Forget what was played, for a logout; what may not be shown stays hidden."""
        await self._write("DELETE FROM last_played")
        # The journal keeps the page as it was before a write: now let that be the empty one.
        try:
            cursor = await self._connection.executescript(_TOUCH)
        except sqlite3.Error as error:
            raise StateUnwritable(f"What is kept cannot be written: {reason(error)}.") from None
        await cursor.close()

    async def incognito(self) -> Incognito | None:
        """Return the last one kept, over or not; raise StateUnreadable as above."""
        row = await self._row("SELECT incognito FROM incognito")
        return None if row is None else _read_incognito(row)

    async def keep_incognito(self, incognito: Incognito) -> None:
        """Keep ``incognito`` in the place of the one before; raise StateUnwritable as above."""
        kept = msgspec.json.encode(incognito).decode()
        await self._write("INSERT OR REPLACE INTO incognito (id, incognito) VALUES (1, ?)", kept)

    async def _row(self, statement: str) -> Mapping[str, object] | None:
        try:
            rows = list(await self._connection.execute_fetchall(statement))
        except sqlite3.Error as error:
            raise StateUnreadable(f"What is kept cannot be read: {reason(error)}.") from None
        return dict(rows[0]) if rows else None

    async def _write(self, statement: str, *values: str) -> None:
        try:
            cursor = await self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise StateUnwritable(f"What is kept cannot be written: {reason(error)}.") from None
        await cursor.close()


@asynccontextmanager
async def open_plays(directory: StateDirectory, *, clock: Clock) -> AsyncIterator[Plays]:
    """Open the plays in ``directory`` for one ``with`` block.

    Raises:
        StateError: the file cannot be used now, or a newer tonearm wrote it.
    """
    async with open_database(directory, LAYOUT, clock=clock) as connection:
        yield Plays(connection)
