"""The ledger's database: blocks of calls, what refusals taught, how items end.

A file of its own beside the grant's. What is lost here costs some freshness or a lock-out of a
day, never the login.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import msgspec

from .calls import Endpoint
from .clock import Clock
from .database import Database, open_database
from .layout import Layout
from .quota import Instant
from .state_directory import StateDirectory

_T = TypeVar("_T")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that are counted together: up to ``size`` while it is open, else those in ``made``.

    All of them were made until ``ended``, which is None while the block is open.
    """

    size: int
    ended: Instant | None = None
    made: dict[Endpoint, int] = {}


class KeptRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal as it outlives the boot."""

    calls: int
    at: Instant


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned of Spotify's ceilings and of this owner's ends of items."""

    daily: tuple[KeptRefusal, ...] = ()
    burst: KeptRefusal | None = None
    endings_s: tuple[float, ...] = ()


def _reads(column: str, kind: type[_T]) -> Any:
    def read(columns: Mapping[str, object]) -> _T:
        return msgspec.json.decode(str(columns[column]), type=kind)

    return read


_read_block = _reads("block", Block)
_read_learned = _reads("learned", Learned)

LAYOUT: Final = Layout(
    file_name="ledger.db",
    what="ledger of calls",
    application_id=0x6C656467,  # "ledg"
    version=1,
    page_bytes=4096,
    tables="""
        CREATE TABLE blocks (
            number INTEGER PRIMARY KEY,
            block TEXT NOT NULL
        ) STRICT;
        CREATE TABLE learned (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            learned TEXT NOT NULL
        ) STRICT;
    """,
    prime="",
    readers={"blocks": _read_block, "learned": _read_learned},
)


class LedgerStore:
    """The open database. Get one from :func:`open_ledger_store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def blocks(self) -> dict[int, Block]:
        """Return all blocks by number, in order; raise StateUnreadable: not now."""
        rows = await self._database.read("SELECT number, block FROM blocks ORDER BY number")
        return {row["number"]: _read_block(row) for row in rows}

    async def learned(self) -> Learned:
        """Return what was learned; raise StateUnreadable: not now."""
        rows = await self._database.read("SELECT learned FROM learned")
        return _read_learned(rows[0]) if rows else Learned()

    async def put(self, blocks: Mapping[int, Block]) -> None:
        """Keep ``blocks``, all or none of them, on disk when this returns.

        Raises:
            StateUnwritable: not now.
        """
        rows = [(number, msgspec.json.encode(block).decode()) for number, block in blocks.items()]
        places = ", ".join("(?, ?)" for _ in rows)
        values = [value for row in rows for value in row]
        # One statement, so that none of it can be torn.
        statement = f"INSERT OR REPLACE INTO blocks VALUES {places}"  # noqa: S608
        await self._database.write(statement, values)

    async def drop_before(self, number: int) -> None:
        """Forget the blocks before ``number``; raise StateUnwritable: not now."""
        await self._database.write("DELETE FROM blocks WHERE number < ?", [number])

    async def keep_learned(self, learned: Learned) -> None:
        """Keep what was learned in the place of what there was; raise StateUnwritable: not now."""
        text = msgspec.json.encode(learned).decode()
        await self._database.write(
            "INSERT OR REPLACE INTO learned (id, learned) VALUES (1, ?)", [text]
        )


@asynccontextmanager
async def open_ledger_store(
    directory: StateDirectory, *, clock: Clock
) -> AsyncIterator[LedgerStore]:
    """Open the ledger's database in ``directory`` for one ``with`` block.

    Raises:
        StateError: the file cannot be used now, or a newer tonearm wrote it.
    """
    async with open_database(directory, LAYOUT, clock=clock) as database:
        yield LedgerStore(database)
