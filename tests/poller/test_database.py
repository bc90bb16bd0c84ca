"""A database that cannot be used is set aside, never deleted, and the service starts."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_clock import FakeClock
from token_answers import consent

from tonearm.poller import schema
from tonearm.poller.errors import StateRefused
from tonearm.poller.store import GRANT_FILE, open_state
from tonearm.poller.stored_grant import granted

GRANT = granted(consent(FakeClock()), None, generation=1)
FLIPS = 150
FLIPS_SOAK = 10_000


async def stored(path: Path) -> Path:
    """Store a grant and return the closed file."""
    async with open_state(path, clock=FakeClock()) as store:
        await store.save_consent(GRANT)
    return path / GRANT_FILE


def asides(path: Path) -> list[Path]:
    """Return the databases set aside."""
    return sorted(file for file in path.glob("grant.db.*") if not file.name.endswith("-journal"))


async def can_be_used(path: Path) -> bool:
    """Open it and store a login."""
    async with open_state(path, clock=FakeClock()) as store:
        generation = await store.save_consent(GRANT)
        read = await store.read()
        return read is not None and read.generation == generation


def emptied(file: Path) -> None:
    """Zero length, as after a crash of the file system."""
    file.write_bytes(b"")


def cut(file: Path) -> None:
    """Half of it."""
    file.write_bytes(file.read_bytes()[:20_000])


def garbage(file: Path) -> None:
    """No database."""
    file.write_bytes(b"garbage" * 1000)


def somebody_elses(file: Path) -> None:
    """A database, but not ours."""
    file.write_bytes(b"")
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE photos (id)")
    connection.close()


def older(file: Path) -> None:
    """A version there never was."""
    sqlite3_set(file, "PRAGMA user_version = 0")


def with_a_row_that_is_no_grant(file: Path) -> None:
    """Text that is not UTF-8 in the place of a token."""
    sqlite3_set(file, "UPDATE grant SET refresh_token = CAST(x'ff63616e617279' AS TEXT)")


def with_room_that_is_none(file: Path) -> None:
    """Rows that can be read, on a page that would be ruined by the next write."""
    content = bytearray(file.read_bytes())
    first_free_block = schema.LAYOUT.page_bytes + 1  # on the page of the grant
    content[first_free_block : first_free_block + 2] = (9_000).to_bytes(2, "big")
    file.write_bytes(content)


def in_wal_mode(file: Path) -> None:
    """A format that SQLite would read and then not write."""
    sqlite3_set(file, "PRAGMA journal_mode = WAL")


def sqlite3_set(file: Path, statement: str) -> None:
    """Change a database behind tonearm's back."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "spoil",
    [
        emptied,
        cut,
        garbage,
        somebody_elses,
        older,
        with_a_row_that_is_no_grant,
        with_room_that_is_none,
        in_wal_mode,
    ],
)
async def test_service_starts_when_the_file_cannot_be_used(
    spoil: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is there is kept under another name, and a login works."""
    file = await stored(tmp_path / "state")
    spoil(file)
    spoilt = file.read_bytes()

    assert await can_be_used(tmp_path / "state")

    assert [aside.read_bytes() for aside in asides(tmp_path / "state")] == [spoilt]
    assert "canary" not in "".join(capsys.readouterr())


async def test_file_set_aside_says_when(tmp_path: Path) -> None:
    """The name carries the wall clock's time."""
    garbage(await stored(tmp_path / "state"))

    await can_be_used(tmp_path / "state")

    assert [aside.name for aside in asides(tmp_path / "state")] == ["grant.db.20261118T110640Z"]


async def test_file_of_a_newer_tonearm_is_left_alone(tmp_path: Path) -> None:
    """A downgrade must not cost the login."""
    file = await stored(tmp_path / "state")
    newer = schema.LAYOUT.version + 1
    sqlite3_set(file, f"PRAGMA user_version = {newer << 16 | newer}")
    before = file.read_bytes()

    with pytest.raises(StateRefused, match="newer tonearm"):
        await can_be_used(tmp_path / "state")

    assert file.read_bytes() == before


async def test_service_starts_when_any_bytes_are_flipped(tmp_path: Path, *, is_soak: bool) -> None:
    """A card that forgets: whatever is hit, there is a store that can be written."""
    chance = random.Random(7)
    good = (await stored(tmp_path / "good")).read_bytes()
    # Most bytes are unused; the header and the rows at the ends of the pages are what matters.
    ranges = [range(200), range(16_384 - 3_000, 16_384), range(2 * 16_384 - 600, 2 * 16_384)]

    for count in range(FLIPS_SOAK if is_soak else FLIPS):
        state = tmp_path / str(count)
        state.mkdir(mode=0o700)
        spoilt = bytearray(good)
        for _ in range(chance.choice([1, 1, 1, 8])):
            spoilt[chance.choice(chance.choice(ranges))] ^= 1 << chance.randrange(8)
        (state / GRANT_FILE).touch(mode=0o600)
        (state / GRANT_FILE).write_bytes(spoilt)

        assert await can_be_used(state)
        shutil.rmtree(state)


async def test_commits_are_made_to_last(tmp_path: Path) -> None:
    """The settings that survived simulated power cuts, full disks and read-only cards."""
    async with open_state(tmp_path / "state", clock=FakeClock()) as store:
        answers = {}
        for pragma in (
            "journal_mode",
            "synchronous",
            "locking_mode",
            "busy_timeout",
            "secure_delete",
        ):
            rows = await store._database.read(f"PRAGMA {pragma}")
            answers[pragma] = next(iter(rows[0].values()))

    assert answers == {
        "journal_mode": "persist",
        "synchronous": 2,
        "locking_mode": "exclusive",
        "busy_timeout": 5000,
        "secure_delete": 1,
    }
