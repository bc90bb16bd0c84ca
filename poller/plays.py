"""The last published item, kept over a restart: a small database beside the grant's.

What is lost here is one line on a card, so it has a file of its own and never delays the grant.
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
from .layout import Layout
from .publish import LastPlayed
from .state_directory import StateDirectory


def _read(columns: Mapping[str, object]) -> LastPlayed:
    """Return the last played item in a row; raise ValueError if it is not one."""
    return msgspec.json.decode(str(columns["play"]), type=LastPlayed)


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
    """,
    prime="",
    readers={"last_played": _read},
)


class Plays:
    """The open database. Get one from :func:`open_plays`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def last_played(self) -> LastPlayed | None:
        """Return what was kept last; raise StateUnreadable when the disk does not do its part."""
        try:
            rows = list(await self._connection.execute_fetchall("SELECT play FROM last_played"))
        except sqlite3.Error as error:
            raise StateUnreadable(
                f"The last played item cannot be read: {reason(error)}."
            ) from None
        return _read(dict(rows[0])) if rows else None

    async def keep(self, last: LastPlayed) -> None:
        """Keep ``last`` in the place of what there was; raise StateUnwritable if that fails."""
        play = msgspec.json.encode(last).decode()
        await self._write("INSERT OR REPLACE INTO last_played (id, play) VALUES (1, ?)", play)

    async def clear(self) -> None:
        """Forget what was played, for a logout."""
        await self._write("DELETE FROM last_played")

    async def _write(self, statement: str, *values: str) -> None:
        try:
            cursor = await self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise StateUnwritable(
                f"The last played item cannot be written: {reason(error)}."
            ) from None
        await cursor.close()


@asynccontextmanager
async def open_plays(directory: StateDirectory, *, clock: Clock) -> AsyncIterator[Plays]:
    """Open the plays in ``directory`` for one ``with`` block.

    Raises:
        StateError: the file cannot be used now, or a newer tonearm wrote it.
    """
    async with open_database(directory, LAYOUT, clock=clock) as connection:
        yield Plays(connection)
