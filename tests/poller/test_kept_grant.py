"""The grant when the disk does not take it: memory, the runtime copy, and trying for ever."""

import stat
from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_transport import FakeTransport, Held
from token_answers import consent, tokens_answer
from tokens_rig import Rig, started

from tonearm.poller.errors import LoginNeeded, StateUnwritable
from tonearm.poller.runtime_copy import COPY_FILE
from tonearm.poller.secret import Secret


async def refreshed_on_a_disk_that_fills_up(rig: Rig, held: Held) -> None:
    """Log in, refresh, and let the disk fill up while the request is under way."""
    await rig.tokens.adopt(consent(rig.clock), None)
    await rig.clock.advance(3600)
    held.then(lambda: setattr(rig.store, "is_full", True))
    held.release()
    await rig.tokens.access()


@pytest.fixture
def held() -> Held:
    """An answer that rotates the refresh token."""
    return Held(tokens_answer("access-2", "refresh-2"))


async def test_no_refresh_is_risked_when_the_disk_is_full_before_it(tmp_path: Path) -> None:
    """While the access token lives there is no need to ask for what could not be kept."""
    transport = FakeTransport()
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), None)
        await rig.clock.advance(3550)
        rig.store.is_full = True

        assert await rig.tokens.access() == Secret("access-1")
        assert transport.requests == []


async def test_a_refresh_is_done_without_the_disk_when_no_token_is_left(tmp_path: Path) -> None:
    """A full disk does not stop the show."""
    transport = FakeTransport([tokens_answer("access-2", "refresh-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), None)
        await rig.clock.advance(3600)
        rig.store.is_full = True

        assert await rig.tokens.access() == Secret("access-2")
        assert rig.tokens.is_unsaved


async def test_tokens_are_saved_later_when_the_disk_fills_up_during_a_refresh(
    tmp_path: Path, held: Held
) -> None:
    """Saving is tried again until it works, and the copy goes when it does."""
    async with started(tmp_path, FakeTransport([held]), clock=FakeClock()) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)
        await rig.clock.advance(300)
        assert rig.tokens.is_unsaved
        assert (rig.runtime / COPY_FILE).exists()

        rig.store.is_full = False
        await rig.clock.advance(60)
        await rig.until_saved()

        stored = await rig.store.read()
        assert stored
        assert stored.refresh_token == Secret("refresh-2")
        assert not (rig.runtime / COPY_FILE).exists()


async def test_no_further_refresh_happens_while_tokens_are_unsaved(
    tmp_path: Path, held: Held
) -> None:
    """A second rotation on top of an unsaved one waits for the end of the access token."""
    transport = FakeTransport([held])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)
        await rig.clock.advance(3590)

        assert await rig.tokens.access() == Secret("access-2")
        assert len(transport.requests) == 1


async def test_unsaved_tokens_survive_a_crash_in_the_copy(tmp_path: Path, held: Held) -> None:
    """Disk full and then a crash: the runtime directory still has the newest tokens."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)

    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-2")
        assert not rig.tokens.is_unsaved
        assert list(rig.runtime.iterdir()) == []


async def test_the_copy_is_used_when_the_database_is_lost(tmp_path: Path, held: Held) -> None:
    """A damaged file is set aside; what the copy has is the grant again."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)
    (tmp_path / "state" / "grant.db").write_bytes(b"garbage")

    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-2")
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-2")


async def test_an_older_copy_is_thrown_away(tmp_path: Path, held: Held) -> None:
    """A copy that a crash left behind never replaces newer tokens."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)
        left_behind = (rig.runtime / COPY_FILE).read_bytes()
        rig.store.is_full = False
        await rig.tokens.adopt(consent(clock, refresh="r3", access="a3"), None)
        (rig.runtime / COPY_FILE).touch(mode=0o600)
        (rig.runtime / COPY_FILE).write_bytes(left_behind)

    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("a3")
        assert list(rig.runtime.iterdir()) == []


async def test_the_copy_is_private(tmp_path: Path, held: Held) -> None:
    """Nobody else can read it."""
    async with started(tmp_path, FakeTransport([held]), clock=FakeClock()) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)

        assert stat.S_IMODE((rig.runtime / COPY_FILE).stat().st_mode) == 0o600


async def test_close_saves_what_is_unsaved(tmp_path: Path, held: Held) -> None:
    """A last try when the service stops."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)
        rig.store.is_full = False

    async with started(tmp_path / "elsewhere", FakeTransport(), clock=clock) as other:
        assert other.tokens.needs_login
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-2")


async def test_a_login_is_refused_when_the_disk_is_full(tmp_path: Path) -> None:
    """The owner hears of it, and the grant there was is as it was."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), None)
        rig.store.is_full = True

        with pytest.raises(StateUnwritable):
            await rig.tokens.adopt(consent(rig.clock, access="other"), None)

        assert await rig.tokens.access() == Secret("access-1")


async def test_a_logout_leaves_nothing_when_tokens_were_unsaved(tmp_path: Path, held: Held) -> None:
    """The copy goes as well, and nothing is saved afterwards."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await refreshed_on_a_disk_that_fills_up(rig, held)
        rig.store.is_full = False
        await rig.tokens.forget()
        await clock.advance(120)

    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        with pytest.raises(LoginNeeded):
            await rig.tokens.access()


async def test_a_grant_that_died_on_a_full_disk_is_dead_all_the_same(tmp_path: Path) -> None:
    """Being unable to write it down changes nothing for this process."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), None)
        rig.store.is_full = True

        await rig.tokens._kept.bury(1)

        assert rig.tokens.needs_login
