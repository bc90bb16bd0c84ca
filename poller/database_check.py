"""What an opened SQLite file must be before it is believed: ours, of a known version, undamaged.

It makes a new file, brings one of an older version up to date in one transaction, and tells a file
that is broken or somebody else's from a disk that fails right now. What becomes of either is the
business of ``database``.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiosqlite

from .errors import StateError, StateRefused, StateUnreadable, StateUnwritable
from .layout import Layout

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


async def prepare(connection: aiosqlite.Connection, layout: Layout, *, is_new: bool) -> None:
    """Make a new file, or check one that is there and bring it up to date.

    Raises:
        BrokenFile: it cannot be used, today or ever.
        StateRefused: a newer tonearm wrote it.
        StateUnreadable: not now.
        StateUnwritable: it cannot be made or brought up to date now.
    """
    with _judged(layout):
        # asyncio's debug mode logs what a slow callback was given; the repr of a Row shows nothing.
        connection.row_factory = sqlite3.Row
        for pragma in (f"page_size = {layout.page_bytes}", *_PRAGMAS):
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        mode = await _ask(connection, "journal_mode = PERSIST")
        if mode != "persist":
            raise BrokenFile(f"journal mode {mode}")
        if is_new:
            await _run(connection, _transaction(layout.tables, layout, version=layout.version))
            await _run(connection, layout.prime)
        await _check(connection, layout)


async def _check(connection: aiosqlite.Connection, layout: Layout) -> None:
    if await _ask(connection, "application_id") != layout.application_id:
        raise BrokenFile("not a file of tonearm's")
    version = _version_in(await _ask(connection, "user_version"))
    if version is None or version < 1:
        raise BrokenFile("unknown version")
    if await _ask(connection, "quick_check") != "ok":
        raise BrokenFile("damaged")
    if version > layout.version:
        raise StateRefused(
            f"The stored {layout.what} was written by a newer tonearm: install that version again,"
            " or set state.directory to an empty directory and run `tonearm login`.",
        )
    if version < layout.version:
        steps = "".join(layout.upgrades[step] for step in range(version, layout.version))
        await _run(connection, _transaction(steps, layout, version=layout.version))
    # Whether the rows can be read is better known now than when they are needed.
    for table, read in layout.readers.items():
        for row in await connection.execute_fetchall(f"SELECT * FROM {table}"):  # noqa: S608
            read(dict(row))


def _transaction(script: str, layout: Layout, *, version: int) -> str:
    # The version is written twice: a flipped bit must not pass for a newer tonearm.
    return f"""
        BEGIN IMMEDIATE;
        PRAGMA application_id = {layout.application_id};
        PRAGMA user_version = {version << 16 | version};
        {script}
        COMMIT;
    """


def _version_in(user_version: object) -> int | None:
    """Return the layout's version, None if this is not how tonearm writes one."""
    if not isinstance(user_version, int) or user_version >> 16 != user_version & 0xFFFF:
        return None
    return user_version & 0xFFFF


async def _run(connection: aiosqlite.Connection, script: str) -> None:
    cursor = await connection.executescript(script)
    await cursor.close()


async def _ask(connection: aiosqlite.Connection, pragma: str) -> object:
    rows = list(await connection.execute_fetchall(f"PRAGMA {pragma}"))
    return rows[0][0] if rows else None


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
