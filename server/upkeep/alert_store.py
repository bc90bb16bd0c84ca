"""Which alerts the owner was told, kept over a restart: a service that restarts nags nobody.

A small database of its own, as losing it costs no more than a message that comes twice.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog

from tonearm.poller.clock import Clock
from tonearm.poller.database import Database, open_database
from tonearm.poller.errors import StateUnreadable, StateUnwritable
from tonearm.poller.layout import Layout
from tonearm.poller.state_directory import StateDirectory

from .alerts import Cause, Told

log = structlog.get_logger()


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
    """The open database, or none to keep anything in. Get one from :func:`open_alert_store`."""

    def __init__(self, database: Database | None) -> None:
        self._database = database

    async def told(self) -> dict[Cause, Told]:
        """Return the last alert of each cause; raise StateUnreadable: not now."""
        if self._database is None:
            return {}
        rows = await self._database.read("SELECT cause, told_at, mark FROM told")
        return dict(_read(row) for row in rows)

    async def keep(self, cause: Cause, told: Told | None) -> None:
        """Keep what was told in the place of the one before; raise StateUnwritable: not now."""
        if self._database is None:
            return
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

    Where its file can neither be used nor made anew, nothing is kept: a message that comes twice is
    better than a service that does not start.

    Raises:
        StateRefused: the file must not be used as it is, or a newer tonearm wrote it.
    """
    async with AsyncExitStack() as stack:
        database: Database | None = None
        try:
            database = await stack.enter_async_context(
                open_database(directory, LAYOUT, clock=clock)
            )
        except (StateUnreadable, StateUnwritable) as error:
            log.warning("alerts_not_kept", reason=str(error))
        yield AlertStore(database)
