"""What is shown, kept over a restart: the last published item, and whether nothing may be shown.

A small database beside the grant's. What is lost here is one line on a card, so it has a file of
its own and never delays the grant.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from .clock import Clock
from .database import Database, open_database
from .incognito import Incognito
from .layout import Layout
from .publish import LastPlayed
from .state_directory import StateDirectory


def _read(columns: Mapping[str, object]) -> LastPlayed | None:
    """Return the last played item in a row, None in one that a logout blanked.

    Raises:
        ValueError: neither.
    """
    return msgspec.json.decode(str(columns["play"]), type=LastPlayed | None)


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


class Plays:
    """The open database. Get one from :func:`open_plays`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_played(self) -> LastPlayed | None:
        """Return what was kept last; raise StateUnreadable when the disk does not do its part."""
        rows = await self._database.read("SELECT play FROM last_played")
        return _read(rows[0]) if rows else None

    async def keep(self, last: LastPlayed) -> None:
        """Keep ``last`` in the place of what there was; raise StateUnwritable if that fails."""
        play = msgspec.json.encode(last).decode()
        await self._database.write(
            "INSERT OR REPLACE INTO last_played (id, play) VALUES (1, ?)", [play]
        )

    async def clear(self) -> None:
        """Forget what was played, for a logout; what may not be shown stays hidden."""
        # The journal keeps the page as it was before a write: let that be a blank one.
        await self._database.write("UPDATE last_played SET play = 'null'")
        await self._database.write("DELETE FROM last_played")

    async def incognito(self) -> Incognito | None:
        """Return the last one kept, over or not; raise StateUnreadable as above."""
        rows = await self._database.read("SELECT incognito FROM incognito")
        return _read_incognito(rows[0]) if rows else None

    async def keep_incognito(self, incognito: Incognito) -> None:
        """Keep ``incognito`` in the place of the one before; raise StateUnwritable as above."""
        kept = msgspec.json.encode(incognito).decode()
        await self._database.write(
            "INSERT OR REPLACE INTO incognito (id, incognito) VALUES (1, ?)", [kept]
        )


@asynccontextmanager
async def open_plays(directory: StateDirectory, *, clock: Clock) -> AsyncIterator[Plays]:
    """Open the plays in ``directory`` for one ``with`` block.

    Raises:
        StateError: the file cannot be used now, or a newer tonearm wrote it.
    """
    async with open_database(directory, LAYOUT, clock=clock) as database:
        yield Plays(database)
