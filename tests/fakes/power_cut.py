"""Records what SQLite writes, and builds what a card may hold after the power was cut.

What was synced is there. Of what was written since, each sector of 512 bytes may have arrived or
not; directory entries appear and vanish in order, the last of them perhaps not yet. SQLite here is
the one that apsw brings along, with a VFS that writes down what it is told to do; whoever opens the
images uses Python's own.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import aiosqlite
import apsw

SECTOR_BYTES: Final = 512
_VFS_NAME: Final = "tonearm-recording"


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes handed to the operating system."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file made shorter or longer."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Everything written to this file before is on the card."""

    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A directory entry that appeared, or vanished."""

    name: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class SyncDirectory:
    """Every entry before is on the card."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The program was told that its statement is committed; ``rows`` is all there is now."""

    rows: object


Event = Write | Truncate | Sync | Entry | SyncDirectory | Acknowledged


@dataclass(slots=True)
class _File:
    synced: bytearray = field(default_factory=bytearray)
    since: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.since:
            _apply(self.synced, change)
        self.since.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        content = bytearray(self.synced)
        share = chance.choice((0.0, 0.5, 1.0, chance.random()))
        for change in self.since:
            match change:
                case Truncate() if chance.random() < share:
                    _apply(content, change)
                case Write(name, offset, data):
                    for start, end in _sectors(offset, offset + len(data)):
                        if chance.random() < share:
                            part = data[start - offset : end - offset]
                            _apply(content, Write(name, start, part))
        return bytes(content)


def image_after(events: Sequence[Event], chance: random.Random) -> Mapping[str, bytes]:
    """Return the files as they may be when the power goes after the last of ``events``."""
    files: dict[str, _File] = {}
    on_card: dict[str, bool] = {}
    entries: list[Entry] = []
    for event in events:
        match event:
            case Write() | Truncate():
                files.setdefault(event.name, _File()).since.append(event)
            case Sync(name):
                files.setdefault(name, _File()).sync()
            case Entry():
                entries.append(event)
            case SyncDirectory():
                on_card |= {entry.name: entry.is_there for entry in entries}
                entries.clear()
            case Acknowledged():
                pass
    arrived = entries[: chance.randint(0, len(entries))]
    on_card |= {entry.name: entry.is_there for entry in arrived}
    return {
        name: files.get(name, _File()).after_cut(chance)
        for name, is_there in on_card.items()
        if is_there
    }


class _RecordingFile(apsw.VFSFile):
    """A real file, and a note of everything done to it."""

    def __init__(self, name: Any, flags: list[int], events: list[Event]) -> None:
        path = name if isinstance(name, str) else name.filename()
        self._name = Path(path).name
        self._events = events
        self._is_new_journal = False
        if not Path(path).exists():
            events.append(Entry(self._name, is_there=True))
            self._is_new_journal = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_JOURNAL)
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self._events.append(Write(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._events.append(Truncate(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._events.append(Sync(self._name))
        # os_unix.c, UNIXFILE_DIRSYNC: the first sync of a new journal syncs its directory too.
        if self._is_new_journal:
            self._events.append(SyncDirectory())
            self._is_new_journal = False


class _RecordingVFS(apsw.VFS):
    """Opens real files whose changes are noted in ``events``."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        super().__init__(_VFS_NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> _RecordingFile:  # noqa: N802
        return _RecordingFile(name, flags, self._events)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self._events.append(Entry(Path(filename).name, is_there=False))
        if syncdir:
            self._events.append(SyncDirectory())


class _Row(dict[str, Any]):
    """A row by names and by places, as sqlite3.Row."""

    def __getitem__(self, key: str | int) -> Any:
        return super().__getitem__(key) if isinstance(key, str) else list(self.values())[key]


class _Done:
    """A cursor that has done its work."""

    def __init__(self, rowcount: int) -> None:
        self.rowcount = rowcount

    async def close(self) -> None:
        """Do nothing more."""


class _Connection:
    """As much of aiosqlite's connection as tonearm uses, over apsw."""

    row_factory: object = None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    async def execute_fetchall(self, statement: str, values: Any = ()) -> list[_Row]:
        cursor = self._connection.execute(statement, values)
        return [
            _Row(zip((column[0] for column in cursor.description), row, strict=True))
            for row in cursor
        ]

    async def execute(self, statement: str, values: Any = ()) -> _Done:
        list(self._connection.execute(statement, values))
        return _Done(self._connection.changes())

    async def executescript(self, script: str) -> _Done:
        list(self._connection.execute(script))
        return _Done(-1)


@contextmanager
def recording(path: Path, events: list[Event]) -> Iterator[aiosqlite.Connection]:
    """Open the empty or existing file at ``path``; all that is done to it goes to ``events``."""
    vfs = _RecordingVFS(events)
    connection = apsw.Connection(str(path), vfs=_VFS_NAME)
    try:
        yield cast("aiosqlite.Connection", _Connection(connection))
    finally:
        connection.close()
        vfs.unregister()


def _apply(content: bytearray, change: Write | Truncate) -> None:
    match change:
        case Truncate(_, size):
            del content[size:]
            content.extend(bytes(size - len(content)))
        case Write(_, offset, data):
            content.extend(bytes(max(0, offset + len(data) - len(content))))
            content[offset : offset + len(data)] = data


def _sectors(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        following = min(end, (start // SECTOR_BYTES + 1) * SECTOR_BYTES)
        yield start, following
        start = following
