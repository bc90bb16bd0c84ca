"""SQLite files in which what is committed stays: opening them, reading, writing.

Each file has a layout: whose it is, which version, its tables. ``journal_mode=PERSIST`` with
``synchronous=FULL`` lost nothing in simulated power cuts, can be written on a full disk and be
read on a card that turned read-only; SQLite's defaults fail in each of these. A file that cannot
be used is set aside, never deleted.
"""

import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiosqlite
import structlog

from .clock import Clock
from .database_check import BrokenFile, prepare, reason
from .errors import StateUnreadable, StateUnwritable
from .layout import Layout
from .state_directory import StateDirectory

log = structlog.get_logger()

# aiosqlite logs every statement with its parameters at DEBUG, and some of ours are tokens.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

BUSY_TIMEOUT_S: Final = 5.0

# https://www.sqlite.org/fileformat.html, 1.3: versions for writing and for reading.
_HEADER_BYTES: Final = 100
_FORMAT: Final = slice(18, 20)
_ROLLBACK_JOURNAL: Final = b"\1\1"

Values = Mapping[str, object] | Sequence[object]
"""What stands for the placeholders of a statement, by name or by place."""


class Database:
    """An open file. Get one from :func:`open_database`.

    Every statement is a transaction of its own on aiosqlite's thread: a cancelled task can tear
    none of them, and one that fails has changed nothing.
    """

    def __init__(self, connection: aiosqlite.Connection, layout: Layout) -> None:
        self._connection = connection
        self._what = layout.what

    async def read(self, statement: str) -> list[dict[str, Any]]:
        """Return the rows; raise StateUnreadable when the disk does not do its part."""
        with self._failing_as(StateUnreadable, "read"):
            rows = await self._connection.execute_fetchall(statement)
        return [dict(row) for row in rows]

    async def write(self, statement: str, values: Values = ()) -> int:
        """Return how many rows were changed, on disk by then.

        Raises:
            StateUnwritable: the disk does not do its part.
        """
        with self._failing_as(StateUnwritable, "written"):
            cursor = await self._connection.execute(statement, values)
        await cursor.close()
        return cursor.rowcount

    async def write_returning(self, statement: str, values: Values = ()) -> list[dict[str, Any]]:
        """Return the rows of a RETURNING clause, on disk by then; else as :meth:`write`."""
        with self._failing_as(StateUnwritable, "written"):
            # In one step: until its rows are read, such a statement is not committed.
            rows = await self._connection.execute_fetchall(statement, values)
        return [dict(row) for row in rows]

    @contextmanager
    def _failing_as(
        self, kind: type[StateUnreadable | StateUnwritable], done: str
    ) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise kind(f"The stored {self._what} cannot be {done}: {reason(error)}.") from None


@asynccontextmanager
async def open_database(
    directory: StateDirectory, layout: Layout, *, clock: Clock
) -> AsyncIterator[Database]:
    """Open the file of this layout for one ``with`` block.

    An empty file becomes a new database, one of an older version is brought up to date. One that
    cannot be used is set aside with its journal.

    Raises:
        StateRefused: a newer tonearm wrote it.
        StateUnreadable: not now.
        StateUnwritable: a new one, or the new version, cannot be written now.
    """
    async with AsyncExitStack() as stack:
        path = directory.claim(layout.file_name)
        try:
            connection = await stack.enter_async_context(_opened(path, layout))
        except BrokenFile as error:
            stamp = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
            aside = directory.set_aside(layout.file_name, stamp=stamp)
            log.warning("state_file_set_aside", aside=aside.name, reason=str(error))
            path = directory.claim(layout.file_name)
            connection = await stack.enter_async_context(_opened(path, layout))
        yield Database(connection, layout)


@asynccontextmanager
async def _opened(path: Path, layout: Layout) -> AsyncIterator[aiosqlite.Connection]:
    header = _header(path, layout)
    if header and header[_FORMAT] != _ROLLBACK_JOURNAL:
        raise BrokenFile("unknown format")  # SQLite would open it and then refuse to write
    if not header and _has_journal(path):
        raise BrokenFile("empty")  # SQLite would delete the journal, which may be all there is
    try:
        # Left open, aiosqlite's thread would keep the interpreter from ending.
        async with aiosqlite.connect(
            path, isolation_level=None, timeout=BUSY_TIMEOUT_S
        ) as connection:
            await prepare(connection, layout, is_new=not header)
            yield connection
    except StateUnwritable:
        if not header:
            _forget_attempt(path)
        raise


def _forget_attempt(path: Path) -> None:
    """Remove the journal of a file that nothing was ever in.

    The next start would take it for a loss and set both aside, and while the disk is full systemd
    makes one every few seconds.
    """
    with suppress(OSError):  # on a read-only card even what is not there cannot be removed
        if path.stat().st_size == 0:
            Path(f"{path}-journal").unlink(missing_ok=True)


def _header(path: Path, layout: Layout) -> bytes:
    # Before SQLite has it: closing any descriptor of the file would drop SQLite's locks.
    try:
        with path.open("rb") as file:
            return file.read(_HEADER_BYTES)
    except OSError as error:
        raise StateUnreadable(
            f"The stored {layout.what} cannot be opened: {error.strerror}."
        ) from error


def _has_journal(path: Path) -> bool:
    return os.path.lexists(f"{path}-journal")
