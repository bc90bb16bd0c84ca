"""The grant and the cooldown on disk: whole, private, of the right generation, or not at all."""

import asyncio
import json
import logging
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from fake_clock import FakeClock
from token_answers import consent

from tonearm.poller.errors import StateInUse, StateOvertaken
from tonearm.poller.playback import Account
from tonearm.poller.quota import Cooldown
from tonearm.poller.secret import Secret
from tonearm.poller.store import GrantStore, open_state
from tonearm.poller.stored_grant import StoredGrant, granted

GRANT = granted(consent(FakeClock()), Account(key="k", name="Robin"), generation=1)
COOLDOWN = Cooldown(began_at=1, until_at=2, until_s=3.5, boot_id="b", is_quota=True, strikes=4)
FULL_DISK = Path(__file__).parents[1] / "fakes" / "full_disk.py"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The state directory."""
    return tmp_path / "state"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[GrantStore]:
    """An open store with nothing in it."""
    async with open_state(path, clock=FakeClock()) as opened:
        yield opened


def next_of(grant: StoredGrant) -> StoredGrant:
    """Return the generation after ``grant``."""
    return replace(grant, generation=grant.generation + 1, refresh_token=Secret("next"))


def contents(path: Path) -> list[bytes]:
    """Return what every file in ``path`` holds."""
    return [file.read_bytes() for file in path.iterdir()]


def sizes(path: Path) -> dict[str, int]:
    """Return how long every file in ``path`` is."""
    return {file.name: file.stat().st_size for file in path.iterdir()}


def modes(path: Path) -> dict[str, int]:
    """Return who may do what with every file in ``path``."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()}


async def test_nothing_is_stored_at_first(store: GrantStore) -> None:
    """An empty store is no error."""
    assert await store.read() is None
    assert await store.read_cooldown() is None


@pytest.mark.parametrize(
    "grant",
    [
        GRANT,
        replace(GRANT, access=None, account=None),
        replace(GRANT, prev_refresh_token=Secret("p"), intent_generation=1, is_dead=True),
    ],
)
async def test_grant_is_read_as_it_was_stored(grant: StoredGrant, path: Path) -> None:
    """Every field, after a restart."""
    async with open_state(path, clock=FakeClock()) as store:
        await store.save_consent(grant)
    async with open_state(path, clock=FakeClock()) as store:
        assert await store.read() == grant


async def test_cooldown_is_read_as_it_was_stored(path: Path) -> None:
    """Retry-After values of a day are real: a restart must not forget one."""
    async with open_state(path, clock=FakeClock()) as store:
        await store.save_cooldown(replace_strikes(1))
        await store.save_cooldown(COOLDOWN)
    async with open_state(path, clock=FakeClock()) as store:
        assert await store.read_cooldown() == COOLDOWN


def replace_strikes(strikes: int) -> Cooldown:
    """Return another cooldown."""
    return Cooldown(
        began_at=0, until_at=0, until_s=0.0, boot_id="a", is_quota=False, strikes=strikes
    )


async def test_refresh_replaces_the_generation_it_came_from(store: GrantStore) -> None:
    """One statement, all columns."""
    await store.save_consent(GRANT)

    await store.save_refresh(next_of(GRANT), over=1)

    assert await store.read() == next_of(GRANT)


async def test_writes_are_refused_when_another_generation_is_stored(store: GrantStore) -> None:
    """Nobody overwrites what he has not seen."""
    await store.save_consent(replace(GRANT, generation=5))

    with pytest.raises(StateOvertaken):
        await store.save_refresh(next_of(GRANT), over=4)
    with pytest.raises(StateOvertaken):
        await store.note_intent(4)
    with pytest.raises(StateOvertaken):
        await store.mark_dead(4)

    assert await store.read() == replace(GRANT, generation=5)


async def test_a_consent_wins_whatever_is_stored(store: GrantStore) -> None:
    """Also over a newer generation and over a dead grant."""
    await store.save_consent(replace(GRANT, generation=9, is_dead=True))

    generation = await store.save_consent(replace(GRANT, refresh_token=Secret("fresh")))

    stored = await store.read()
    assert stored == replace(GRANT, generation=10, refresh_token=Secret("fresh"))
    assert generation == 10


async def test_intent_and_death_are_noted(store: GrantStore) -> None:
    """Each changes its own column."""
    await store.save_consent(GRANT)

    await store.note_intent(1)
    assert await store.read() == replace(GRANT, intent_generation=1)
    await store.mark_dead(1)

    assert await store.read() == replace(GRANT, is_dead=True)


async def test_no_token_is_left_when_the_grant_is_cleared(path: Path) -> None:
    """Neither in the database nor in its journal."""
    grant = replace(GRANT, refresh_token=Secret("canary-r"), prev_refresh_token=Secret("canary-p"))
    async with open_state(path, clock=FakeClock()) as store:
        await store.save_consent(grant)
        await store.save_refresh(replace(grant, generation=2), over=1)
        await store.save_cooldown(COOLDOWN)

    async with open_state(path, clock=FakeClock()) as store:
        await store.clear()
        assert await store.read() is None

    assert all(b"canary" not in content for content in contents(path))


async def test_no_write_makes_a_file_longer(path: Path) -> None:
    """The room is taken at the start, so a full disk does not stop a write."""
    async with open_state(path, clock=FakeClock()) as store:
        before = sizes(path)
        await store.save_consent(GRANT)
        assert GRANT.access
        longest = replace(
            GRANT,
            refresh_token=Secret("r" * 4096),
            prev_refresh_token=Secret("p" * 4096),
            access=replace(GRANT.access, token=Secret("a" * 4096)),
        )

        for generation in range(2, 30):
            await store.note_intent(generation - 1)
            await store.save_refresh(replace(longest, generation=generation), over=generation - 1)
            await store.save_cooldown(COOLDOWN)

    assert sizes(path) == before


async def test_files_are_private(store: GrantStore, path: Path) -> None:
    """Database, journal and lock."""
    await store.save_consent(GRANT)

    assert modes(path) == {"grant.db": 0o600, "grant.db-journal": 0o600, "lock": 0o600}


async def test_a_write_lands_whole_when_its_task_is_cancelled(path: Path) -> None:
    """Before or after, never half."""
    async with open_state(path, clock=FakeClock()) as store:
        await store.save_consent(GRANT)
        grant = GRANT
        for steps in range(60):
            task = asyncio.create_task(store.save_refresh(next_of(grant), over=grant.generation))
            for _ in range(steps):
                await asyncio.sleep(0)  # noqa: TID251  (one step of the event loop)
            task.cancel()
            await asyncio.wait({task})

            stored = await store.read()
            assert stored in (grant, next_of(grant))
            grant = stored


async def test_state_is_in_use_when_it_is_opened_twice(store: GrantStore, path: Path) -> None:
    """The second tonearm is stopped before it can read a token."""
    with pytest.raises(StateInUse):
        async with open_state(path, clock=FakeClock()):
            pass


async def test_no_token_is_logged_at_debug(
    path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Aiosqlite logs every parameter at DEBUG; here it does not."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with open_state(path, clock=FakeClock()) as store:
        await store.save_consent(replace(GRANT, refresh_token=Secret("canary")))
        await store.note_intent(1)
        with pytest.raises(StateOvertaken):
            await store.save_refresh(replace(GRANT, refresh_token=Secret("canary")), over=7)
        await store.read()
        await store.clear()

    assert "canary" not in caplog.text
    assert "canary" not in "".join(capsys.readouterr())


def test_writes_fail_with_a_type_and_work_again_when_the_disk_does(path: Path) -> None:
    """A real disk that takes no byte more: nothing is torn, nothing is lost."""
    result = subprocess.run(
        [sys.executable, str(FULL_DISK), str(path)], check=True, capture_output=True, text=True
    )

    assert json.loads(result.stdout) == {
        "while_full": ["StateUnwritable"] * 4,
        "read_while_full": "refresh-1",
        "afterwards": "next",
    }
