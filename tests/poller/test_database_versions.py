"""A database of an older version is brought up to date whole or not at all, a newer one refused.

``layouts/`` holds a database of every version tonearm ever wrote, as SQL. A layout that changes
its tables without a new version and an upgrade to it fails here.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from fake_clock import FakeClock

from tonearm.poller import ledger_store, plays, schema
from tonearm.poller.database import open_database
from tonearm.poller.errors import StateRefused, StateUnreadable, StateUnwritable
from tonearm.poller.layout import Layout
from tonearm.poller.state_directory import StateDirectory
from tonearm.server.upkeep import alert_store

WRITTEN = sorted(Path(__file__).with_name("layouts").glob("*.sql"))
LAYOUTS = {
    layout.file_name.removesuffix(".db"): layout
    for layout in (schema.LAYOUT, plays.LAYOUT, ledger_store.LAYOUT, alert_store.LAYOUT)
}


def read_title(columns: Mapping[str, object]) -> object:
    """Believe anything that has a title."""
    if "title" not in columns:
        raise ValueError
    return columns["title"]


FIRST = Layout(
    file_name="records.db",
    what="record",
    application_id=0x72656373,
    version=1,
    page_bytes=4096,
    tables="CREATE TABLE record (title TEXT NOT NULL) STRICT;",
    prime="",
    readers={"record": read_title},
)
THIRD = replace(
    FIRST,
    version=3,
    tables="CREATE TABLE record (title TEXT NOT NULL, side TEXT, bpm INTEGER) STRICT;",
    upgrades={
        1: "ALTER TABLE record ADD COLUMN side TEXT; UPDATE record SET side = 'A';",
        2: "ALTER TABLE record ADD COLUMN bpm INTEGER;",
    },
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state directory."""
    return tmp_path / "state"


async def rows(state: Path, layout: Layout) -> list[dict[str, object]]:
    """Open the file by ``layout`` and return its rows."""
    with StateDirectory(state) as directory:
        async with open_database(directory, layout, clock=FakeClock()) as database:
            return await database.read("SELECT * FROM record")


async def press(state: Path, title: str, layout: Layout = FIRST) -> Path:
    """Store one record and return the closed file."""
    with StateDirectory(state) as directory:
        async with open_database(directory, layout, clock=FakeClock()) as database:
            await database.write("INSERT INTO record (title) VALUES (?)", [title])
    return state / layout.file_name


def asides(state: Path) -> list[Path]:
    """Return the databases set aside."""
    return list(state.glob("*.db.*Z"))


def inside(file: Path, question: str) -> list[tuple[object, ...]]:
    """Ask a closed database behind tonearm's back."""
    connection = sqlite3.connect(file)
    answer = connection.execute(question).fetchall()
    connection.close()
    return answer


async def test_an_older_version_is_upgraded_step_by_step(state: Path) -> None:
    """Two releases were skipped: both steps run, in order, and the rows are kept."""
    file = await press(state, "Low Tide")

    upgraded = await rows(state, THIRD)

    assert upgraded == [{"title": "Low Tide", "side": "A", "bpm": None}]
    assert inside(file, "PRAGMA user_version") == [(3 << 16 | 3,)]
    assert asides(state) == []


async def test_an_upgrade_runs_once(state: Path) -> None:
    """The next start finds the version it knows."""
    await press(state, "Low Tide")

    assert await rows(state, THIRD) == await rows(state, THIRD)


async def test_a_new_file_is_of_the_newest_version_at_once(state: Path) -> None:
    """No upgrade runs over tables that have all columns already."""
    file = await press(state, "Low Tide", THIRD)

    assert inside(file, "SELECT title, side FROM record") == [("Low Tide", None)]


async def test_an_upgrade_that_fails_half_way_leaves_the_older_file_whole(state: Path) -> None:
    """Nothing is deleted: the release before can still read what is set aside."""
    await press(state, "Low Tide")
    broken = replace(THIRD, upgrades={**THIRD.upgrades, 2: "ALTER TABLE no_such ADD COLUMN a;"})

    assert await rows(state, broken) == []

    (aside,) = asides(state)
    assert inside(aside, "SELECT * FROM record") == [("Low Tide",)]
    assert inside(aside, "PRAGMA user_version") == [(1 << 16 | 1,)]


async def test_a_downgrade_is_refused_with_a_sentence(state: Path) -> None:
    """An older tonearm leaves a newer one's file as it is."""
    file = await press(state, "Low Tide", THIRD)
    before = file.read_bytes()

    with pytest.raises(StateRefused, match="stored record was written by a newer tonearm"):
        await rows(state, FIRST)

    assert file.read_bytes() == before


async def test_trouble_of_the_disk_is_told_with_what_it_concerns(state: Path) -> None:
    """The same two types and sentences for every file; no value is repeated."""
    with StateDirectory(state) as directory:
        async with open_database(directory, FIRST, clock=FakeClock()) as database:
            with pytest.raises(StateUnreadable, match="The stored record cannot be read: no such"):
                await database.read("SELECT * FROM nowhere")
            with pytest.raises(StateUnwritable, match="The stored record cannot be written") as no:
                await database.write("INSERT INTO record (title) VALUES (?)", [b"canary"])

    assert "canary" not in str(no.value)


def run(file: Path, script: Path) -> None:
    """Make a database behind tonearm's back."""
    connection = sqlite3.connect(file)
    connection.executescript(script.read_text("utf-8"))
    connection.close()


async def tables(
    directory: StateDirectory, layout: Layout
) -> tuple[list[dict[str, object]], list[int]]:
    """Open the file; return every column of every table, and how many rows each has."""
    columns = (
        "SELECT tables.name AS of_table, columns.* FROM sqlite_schema AS tables"
        " JOIN pragma_table_xinfo(tables.name) AS columns ORDER BY of_table, cid"
    )
    async with open_database(directory, layout, clock=FakeClock()) as database:
        counts = [len(await database.read(f"SELECT 1 FROM {table}")) for table in layout.readers]
        return await database.read(columns), counts


def test_every_layout_there_is_is_tried_here() -> None:
    """A new database is not forgotten."""
    root = Path(__file__).parents[2]
    sources = [*root.glob("poller/**/*.py"), *root.glob("server/**/*.py")]

    made = sum(source.read_text("utf-8").count(" = Layout(") for source in sources)

    assert made == len(LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_version_has_a_way_to_the_newest(layout: Layout) -> None:
    """And its database of that time is kept in layouts/."""
    name = layout.file_name.removesuffix(".db")

    assert set(layout.upgrades) == set(range(1, layout.version))
    assert {path.stem for path in WRITTEN if path.stem.startswith(f"{name}-")} == {
        f"{name}-{version}" for version in range(1, layout.version + 1)
    }


@pytest.mark.parametrize("written", WRITTEN, ids=lambda path: path.stem)
async def test_a_database_of_every_version_is_opened_and_becomes_the_newest(
    written: Path, state: Path
) -> None:
    """Its rows are read, and its tables are those of a new file."""
    layout = LAYOUTS[written.stem.rpartition("-")[0]]
    with StateDirectory(state) as directory:
        run(directory.claim(layout.file_name), written)

        found, counts = await tables(directory, layout)

    with StateDirectory(state.with_name("new")) as directory:
        assert found == (await tables(directory, layout))[0]
    assert all(counts)
    assert asides(state) == []
