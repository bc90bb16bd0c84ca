"""Which alerts the owner was told, kept over a restart: a service that restarts nags nobody.

A small database of its own, as losing it costs no more than a message that comes twice.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from tonearm.poller.clock import Clock
from tonearm.poller.database import Database, open_database
from tonearm.poller.layout import Layout
from tonearm.poller.state_directory import StateDirectory

from .alerts import Cause, Told


def _read(columns: Mapping[str, object]) -> tuple[Cause, Told]:
    """Return what a row says; raise ValueError if it is not one of ours."""
    match columns:
        case {"cause": str(cause), "told_at": int(told_at), "mark": str() | None as mark}:
            return Cause(cause), Told(told_at=told_at, mark=mark)
        case _:
            raise ValueError


LAYOUT: Final = Layout(
    file_name="alerts.db",
    what="list of alerts",
    application_id=0x616C7274,  # "alrt"
    version=1,
    page_bytes=4096,
    tables="""
        CREATE TABLE told (
            cause TEXT PRIMARY KEY,
            told_at INTEGER NOT NULL,
            mark TEXT
        ) STRICT;
    """,
    prime="",
    readers={"told": _read},
)


class AlertStore:
    """The open database. Get one from :func:`open_alert_store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def told(self) -> dict[Cause, Told]:
        """Return the last alert of each cause; raise StateUnreadable: not now."""
        rows = await self._database.read("SELECT cause, told_at, mark FROM told")
        return dict(_read(row) for row in rows)

    async def keep(self, cause: Cause, told: Told | None) -> None:
        """Keep what was told in the place of the one before; raise StateUnwritable: not now."""
        if told is None:
            await self._database.write("DELETE FROM told WHERE cause = ?", (cause.value,))
        else:
            await self._database.write(
                "INSERT OR REPLACE INTO told (cause, told_at, mark) VALUES (?, ?, ?)",
                (cause.value, told.told_at, told.mark),
            )


@asynccontextmanager
async def open_alert_store(directory: StateDirectory, *, clock: Clock) -> AsyncIterator[AlertStore]:
    """Open the list in ``directory`` for one ``with`` block.

    Raises:
        StateError: the file cannot be used now, or a newer tonearm wrote it.
    """
    async with open_database(directory, LAYOUT, clock=clock) as database:
        yield AlertStore(database)
