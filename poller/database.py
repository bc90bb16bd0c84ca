"""Opening SQLite files so that what is committed stays, and believing them only after a check.

Each file has a layout: whose it is, which version, its tables. ``journal_mode=PERSIST`` with
``synchronous=FULL`` lost nothing in simulated power cuts, can be written on a full disk and be
read on a card that turned read-only; SQLite's defaults fail in each of these. A file that is broken
or somebody else's is told from a disk that fails right now, and set aside, never deleted.
"""

import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiosqlite
import structlog

from .clock import Clock
from .errors import StateError, StateRefused, StateUnreadable, StateUnwritable
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

_PRAGMAS: Final = (
    "locking_mode = EXCLUSIVE",
    "synchronous = FULL",
    "mmap_size = 0",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "temp_store = MEMORY",
    "secure_delete = ON",
)

# The disk's or another process's doing, not the file's; anything else that SQLite says while it
# opens a file means that the file is not what we wrote.
_ENVIRONMENT: Final = {
    sqlite3.SQLITE_BUSY: StateUnreadable,
    sqlite3.SQLITE_CANTOPEN: StateUnreadable,
    sqlite3.SQLITE_IOERR: StateUnreadable,
    sqlite3.SQLITE_LOCKED: StateUnreadable,
    sqlite3.SQLITE_NOMEM: StateUnreadable,
    sqlite3.SQLITE_PERM: StateUnreadable,
    sqlite3.SQLITE_FULL: StateUnwritable,
    sqlite3.SQLITE_READONLY: StateUnwritable,
}


class BrokenFile(StateError):
    """The file is damaged, or not tonearm's. It must be set aside."""


@asynccontextmanager
async def open_database(
    directory: StateDirectory, layout: Layout, *, clock: Clock
) -> AsyncIterator[aiosqlite.Connection]:
    """Open the file of this layout, in autocommit mode, for one ``with`` block.

    An empty file becomes a new database. One that cannot be used is set aside with its journal.

    Raises:
        StateRefused: a newer tonearm wrote it.
        StateUnreadable: not now.
        StateUnwritable: a new one cannot be written now.
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
        yield connection


@asynccontextmanager
async def _opened(path: Path, layout: Layout) -> AsyncIterator[aiosqlite.Connection]:
    header = _header(path, layout)
    if header and header[_FORMAT] != _ROLLBACK_JOURNAL:
        raise BrokenFile("unknown format")  # SQLite would open it and then refuse to write
    if not header and _has_journal(path):
        raise BrokenFile("empty")  # SQLite would delete the journal, which may be all there is
    # Left open, aiosqlite's thread would keep the interpreter from ending.
    async with aiosqlite.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S) as connection:
        with _judged(layout):
            await _prepare(connection, layout, is_new=not header)
        yield connection


async def _prepare(connection: aiosqlite.Connection, layout: Layout, *, is_new: bool) -> None:
    # asyncio's debug mode logs what a slow callback was given; the repr of a Row shows nothing.
    connection.row_factory = sqlite3.Row
    for pragma in (f"page_size = {layout.page_bytes}", *_PRAGMAS):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    mode = await _ask(connection, "journal_mode = PERSIST")
    if mode != "persist":
        raise BrokenFile(f"journal mode {mode}")
    if is_new:
        for script in (_creation(layout), layout.prime):
            cursor = await connection.executescript(script)
            await cursor.close()
    await _check(connection, layout)


async def _check(connection: aiosqlite.Connection, layout: Layout) -> None:
    if await _ask(connection, "application_id") != layout.application_id:
        raise BrokenFile("not a file of tonearm's")
    version = _version_in(await _ask(connection, "user_version"))
    if version is None or version < layout.version:
        raise BrokenFile("unknown version")
    if version > layout.version:
        raise StateRefused(
            f"The stored {layout.what} was written by a newer tonearm: install that version again,"
            " or set state.directory to an empty directory and run `tonearm login`.",
        )
    if await _ask(connection, "quick_check") != "ok":
        raise BrokenFile("damaged")
    # Whether the rows can be read is better known now than when they are needed.
    for table, read in layout.readers.items():
        for row in await connection.execute_fetchall(f"SELECT * FROM {table}"):  # noqa: S608
            read(dict(row))


def _creation(layout: Layout) -> str:
    # The version is written twice: a flipped bit must not pass for a newer tonearm.
    return f"""
        BEGIN IMMEDIATE;
        PRAGMA application_id = {layout.application_id};
        PRAGMA user_version = {layout.version << 16 | layout.version};
        {layout.tables}
        COMMIT;
    """


def _version_in(user_version: object) -> int | None:
    """Return the layout's version, None if this is not how tonearm writes one."""
    if not isinstance(user_version, int) or user_version >> 16 != user_version & 0xFFFF:
        return None
    return user_version & 0xFFFF


async def _ask(connection: aiosqlite.Connection, pragma: str) -> object:
    rows = list(await connection.execute_fetchall(f"PRAGMA {pragma}"))
    return rows[0][0] if rows else None


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


@contextmanager
def _judged(layout: Layout) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        kind = _ENVIRONMENT.get(_code(error))
        if kind is None:
            raise BrokenFile(reason(error)) from None
        raise kind(f"The stored {layout.what} cannot be opened: {reason(error)}.") from None
    except ValueError:
        raise BrokenFile("not a row of tonearm's") from None


def reason(error: sqlite3.Error) -> str:
    """Return what SQLite says. Python's own errors are not repeated: they quote the value."""
    return str(error) if hasattr(error, "sqlite_errorcode") else "broken text"


def _code(error: sqlite3.Error) -> int:
    # Only what comes from SQLite has a code; its upper bytes tell more than we need.
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF
