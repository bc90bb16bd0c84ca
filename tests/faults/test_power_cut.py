"""The power goes at any instant: what was committed is there, and nothing else is.

The statements are the product's own, on its own settings; what SQLite makes of them is recorded
once, and then cut off at a random place again and again. Each image is opened as the service opens
its files.
"""

import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fake_clock import FakeClock
from power_cut import Acknowledged, Entry, Event, image_after, recording
from token_answers import consent

from tonearm.poller import ledger_store, plays, schema
from tonearm.poller.calls import Endpoint
from tonearm.poller.database import Database, Values, open_database
from tonearm.poller.database_check import prepare
from tonearm.poller.incognito import begun
from tonearm.poller.layout import Layout
from tonearm.poller.ledger_store import Block, Learned, LedgerStore
from tonearm.poller.playback import Account, Item, Kind
from tonearm.poller.plays import Plays
from tonearm.poller.publish import LastPlayed
from tonearm.poller.quota import Cooldown, Instant
from tonearm.poller.secret import Secret
from tonearm.poller.state_directory import StateDirectory
from tonearm.poller.store import GrantStore
from tonearm.poller.stored_grant import granted

CUTS = 500
CUTS_SOAK = 5_000  # of each of the four lives below
UPGRADED = replace(
    schema.LAYOUT,
    version=schema.LAYOUT.version + 2,
    upgrades={
        **schema.LAYOUT.upgrades,
        schema.LAYOUT.version: "ALTER TABLE grant ADD COLUMN side TEXT;",
        schema.LAYOUT.version + 1: "CREATE TABLE sides (side TEXT) STRICT;"
        " INSERT INTO sides VALUES ('A'); UPDATE grant SET side = 'B';",
    },
)


class Witness(Database):
    """A database that notes after every statement what has been promised."""

    events: list[Event]
    layout: Layout

    async def write(self, statement: str, values: Values = ()) -> int:
        count = await super().write(statement, values)
        await self.note()
        return count

    async def write_returning(self, statement: str, values: Values = ()) -> list[dict[str, object]]:
        rows = await super().write_returning(statement, values)
        await self.note()
        return rows

    async def note(self) -> None:
        self.events.append(Acknowledged(await contents(self, self.layout)))


@asynccontextmanager
async def witnessed(path: Path, layout: Layout, events: list[Event]) -> AsyncIterator[Witness]:
    """Open a file as the product does, with everything noted."""
    is_new = not any(isinstance(event, Acknowledged) for event in events)
    with recording(path, events) as connection:
        await prepare(connection, layout, is_new=is_new)
        database = Witness(connection, layout)
        database.events, database.layout = events, layout
        await database.note()
        yield database


async def contents(database: Database, layout: Layout) -> object:
    """Return all rows of all tables, without the column that only the upgrade knows."""
    rows = [await database.read(f"SELECT * FROM {table}") for table in layout.readers]
    return [[{**row, "side": None} for row in of_table] for of_table in rows]


async def live_with_a_grant(database: Database) -> None:
    """Log in, refresh, be locked out, die, log in, log out, log in."""
    store = GrantStore(database, StateDirectory(Path()))
    clock = FakeClock()
    grant = granted(consent(clock), Account(key="k", name="Robin"), generation=1)
    await store.save_consent(grant)
    for generation in range(1, 12):
        await store.note_intent(generation)
        token = Secret(f"{generation}" * 700)
        grant = replace(grant, generation=generation + 1, refresh_token=token)
        await store.save_refresh(grant, over=generation)
        cooldown = Cooldown(
            began_at=generation, until_at=2, until_s=3.5, boot_id="b", is_quota=True, strikes=4
        )
        await store.save_cooldown(cooldown)
    await store.mark_dead(12)
    await store.save_consent(grant)
    await store.clear()
    await store.save_consent(grant)


def named(title: str) -> Item:
    """Return an item of that title."""
    return Item(
        kind=Kind.TRACK,
        uri="spotify:track:0000000000000000000001",
        title=title,
        byline="Nova Halden",
        artists=(),
        album=None,
        show=None,
        url=None,
        duration_ms=211_000,
        explicit=False,
        art=(),
    )


async def live_with_plays(database: Database) -> None:
    """Play, hide, forget, play."""
    kept = Plays(database)
    for number in range(6):
        await kept.keep(LastPlayed(item=named("T" * 50 * number), ended_at=number))
        await kept.keep_incognito(begun(60, now_s=number, now_at=number, boot_id="b"))
    await kept.clear()
    await kept.keep(LastPlayed(item=named("Low Tide"), ended_at=1))


async def live_with_a_ledger(database: Database) -> None:
    """Count through enough blocks for several pages, and drop the old ones."""
    store = LedgerStore(database)
    now = Instant(at_s=100.5, at=1_795_000_000_000, boot_id="b" * 300)
    for number in range(1, 25):
        closed = Block(size=8, ended=now, made={Endpoint.PLAYER: number})
        await store.put({number: closed, number + 1: Block(size=8)})
        await store.drop_before(number - 15)
        await store.keep_learned(Learned(endings_s=(1.5,) * number))


async def live_through_an_upgrade(database: Database) -> None:
    """Be what an older tonearm left behind; the upgrade has been made by the time this runs."""
    await GrantStore(database, StateDirectory(Path())).note_intent(1)


LIVES: dict[str, tuple[Layout, Callable[[Database], Awaitable[None]]]] = {
    "grant": (schema.LAYOUT, live_with_a_grant),
    "plays": (plays.LAYOUT, live_with_plays),
    "ledger": (ledger_store.LAYOUT, live_with_a_ledger),
    "upgrade": (UPGRADED, live_through_an_upgrade),
}


async def record(life: str, file: Path, *pragmas: str) -> list[Event]:
    """Live a life in an empty file and return everything that was done to the disk."""
    layout, live = LIVES[life]
    events: list[Event] = [Entry(file.name, is_there=True)]
    if layout is UPGRADED:
        async with witnessed(file, schema.LAYOUT, events) as database:
            store = GrantStore(database, StateDirectory(Path()))
            await store.save_consent(granted(consent(FakeClock()), None, generation=1))
    async with witnessed(file, layout, events) as database:
        for pragma in pragmas:
            await database.read(f"PRAGMA {pragma}")
        await live(database)
    return events


async def cut_often(life: str, cuts: int, memory: Path, *pragmas: str) -> dict[str, int]:
    """Count the images in which something was lost, and those that could not be used."""
    layout, _ = LIVES[life]
    chance = random.Random(life)
    events = await record(life, empty_file(memory / layout.file_name), *pragmas)
    counts = {"lost": 0, "corrupt": 0}
    for _ in range(cuts):
        at = chance.randrange(1, len(events) + 1)
        promised = [event.rows for event in events[:at] if isinstance(event, Acknowledged)]
        to_come = [event.rows for event in events[at:] if isinstance(event, Acknowledged)]
        with laid_out(image_after(events[:at], chance), memory / "state") as state:
            with StateDirectory(state) as directory:
                async with open_database(directory, layout, clock=FakeClock()) as database:
                    found = await contents(database, layout)
            counts["lost"] += found not in [*promised[-1:], *to_come[:1]]
            # Before the file was finished for the first time there is nothing to keep.
            counts["corrupt"] += bool(promised) and was_set_aside(state)
    return counts


def empty_file(file: Path) -> Path:
    """Make it as the state directory does."""
    file.touch(mode=0o600)
    return file


@contextmanager
def laid_out(files: Mapping[str, bytes], state: Path) -> Iterator[Path]:
    """Make a state directory of an image, for a while."""
    state.mkdir(mode=0o700)
    for name, content in files.items():
        empty_file(state / name).write_bytes(content)
    yield state
    shutil.rmtree(state)


def was_set_aside(state: Path) -> bool:
    """Tell whether the service started with nothing because the file could not be used."""
    return any(state.glob("*.db.*"))


@pytest.mark.parametrize("life", LIVES)
async def test_nothing_committed_is_lost_when_the_power_goes(
    life: str, memory: Path, *, is_soak: bool
) -> None:
    """Whatever of the unsynced sectors and entries arrived: old or new, never neither."""
    counts = await cut_often(life, CUTS_SOAK if is_soak else CUTS, memory)

    assert counts == {"lost": 0, "corrupt": 0}


@pytest.mark.parametrize("pragma", ["synchronous = OFF", "journal_mode = OFF"])
async def test_the_replay_notices_settings_that_do_not_last(pragma: str, memory: Path) -> None:
    """A test of the test: SQLite can be told not to care."""
    counts = await cut_often("grant", 100, memory, pragma)

    assert counts["lost"] + counts["corrupt"] > 0
