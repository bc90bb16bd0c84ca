"""What comes in between: a caller is cancelled, the service stops, the owner logs in or out."""

import asyncio
from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_transport import FakeTransport, Held
from token_answers import (
    INVALID_CLIENT,
    TIMEOUT,
    consent,
    tokens_answer,
)
from token_server import Rotation, TokenServer
from tokens_rig import started

from tonearm.poller.errors import (
    InvalidClient,
    LoginNeeded,
    Unreachable,
)
from tonearm.poller.playback import Account
from tonearm.poller.secret import Secret

OWNER = Account(key="owner", name="Robin")


async def test_a_refresh_goes_on_when_its_callers_are_cancelled(tmp_path: Path) -> None:
    """A caller's time-out must not cost what the server has already changed."""
    held = Held(tokens_answer("access-2", "refresh-2"))
    async with started(tmp_path, FakeTransport([held]), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        held.release()

        assert await rig.tokens.access() == Secret("access-2")


@pytest.mark.parametrize("first", range(0, 200, 20))
async def test_no_grant_is_lost_when_callers_are_cancelled_anywhere(
    first: int, tmp_path: Path
) -> None:
    """Cancelled after any number of steps, even a server that forgives nothing stays in step."""
    server = TokenServer(Rotation.STRICT)
    clock = FakeClock()
    async with started(tmp_path, server, clock=clock) as rig:
        await rig.tokens.adopt(consent(clock, refresh=server.new_login()), OWNER)
        for steps in range(first, first + 20):
            await clock.advance(3600)
            caller = asyncio.create_task(rig.tokens.access())
            for _ in range(steps):
                await asyncio.sleep(0)  # noqa: TID251  (one step of the event loop)
            caller.cancel()
            await asyncio.wait({caller})

            await rig.tokens.access()

    assert server.refusals == 0
    async with started(tmp_path, server, clock=clock) as rig:
        await clock.advance(3600)
        await rig.tokens.access()


async def test_a_login_that_is_stored_is_in_use_when_who_brought_it_is_cancelled(
    tmp_path: Path,
) -> None:
    """After any number of steps: memory and disk never speak of two grants."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        for steps in range(30):
            new = consent(rig.clock, refresh=f"refresh-{steps}", access=f"access-{steps}")
            caller = asyncio.create_task(rig.tokens.adopt(new, OWNER))
            for _ in range(steps):
                await asyncio.sleep(0)  # noqa: TID251  (one step of the event loop)
            caller.cancel()
            await asyncio.wait({caller})
            await rig.store.read()  # a write that was begun is done by now
            stored = await rig.store.read()

            if stored:
                assert stored.access
                assert await rig.tokens.access() == stored.access.token


async def test_close_lets_a_running_refresh_end(tmp_path: Path) -> None:
    """SIGTERM in mid-refresh: the tokens that come are stored before the process ends."""
    held = Held(tokens_answer("access-2", "refresh-2"))
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await rig.tokens.adopt(consent(clock), OWNER)
        await clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        closing = asyncio.create_task(rig.tokens.close())
        await clock.advance(14)
        held.release()
        await closing

        assert await caller == Secret("access-2")
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-2")


async def test_close_gives_up_when_a_refresh_takes_too_long(tmp_path: Path) -> None:
    """The process ends within 15 s, whatever Spotify does."""
    held = Held(tokens_answer("access-2"))
    async with started(tmp_path, FakeTransport([held]), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        closing = asyncio.create_task(rig.tokens.close())
        await rig.clock.advance(15)
        await closing

        with pytest.raises(Unreachable):
            await caller


async def test_a_login_heals_a_dead_grant_at_once(tmp_path: Path) -> None:
    """The newest consent wins, without a restart."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.store.mark_dead(1)
        await rig.tokens.load()
        assert rig.tokens.needs_login

        await rig.tokens.adopt(consent(rig.clock, refresh="r2", access="a2"), OWNER)

        assert await rig.tokens.access() == Secret("a2")
        assert rig.tokens.grant
        assert rig.tokens.grant.is_alive


async def test_a_login_wins_over_a_refresh_under_way(tmp_path: Path) -> None:
    """What an older grant's refresh brings later is thrown away."""
    held = Held(tokens_answer("late", "late-refresh"))
    clock = FakeClock()
    async with started(tmp_path, FakeTransport([held]), clock=clock) as rig:
        await rig.tokens.adopt(consent(clock), OWNER)
        await clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        await rig.tokens.adopt(consent(clock, refresh="r2", access="a2"), OWNER)
        held.release()

        assert await caller == Secret("a2")
        stored = await rig.store.read()
        assert stored
        assert stored.refresh_token == Secret("r2")


async def test_trouble_of_an_older_grant_is_not_held_against_the_next(tmp_path: Path) -> None:
    """The refresh of the old grant fails late: the new one may be refreshed at once."""
    held = Held(TIMEOUT)
    transport = FakeTransport([held, tokens_answer("a3")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        await rig.tokens.adopt(consent(rig.clock, refresh="r2", access="a2"), OWNER)
        held.release()
        await rig.tokens.reject(await caller)

        assert await rig.tokens.access() == Secret("a3")


async def test_a_login_need_not_wait_out_the_trouble_before_it(tmp_path: Path) -> None:
    """Its first token is refused, say: the next one is asked for at once."""
    transport = FakeTransport([INVALID_CLIENT, tokens_answer("access-3")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        with pytest.raises(InvalidClient):
            await rig.tokens.access()
        await rig.tokens.adopt(consent(rig.clock, access="access-2"), OWNER)
        await rig.tokens.reject(Secret("access-2"))

        assert await rig.tokens.access() == Secret("access-3")


async def test_a_logout_wins_over_a_refresh_under_way(tmp_path: Path) -> None:
    """After `tonearm logout` nothing comes back to life."""
    held = Held(tokens_answer("late", "late-refresh"))
    async with started(tmp_path, FakeTransport([held]), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        await rig.tokens.forget()
        held.release()

        with pytest.raises(LoginNeeded):
            await caller
        assert await rig.store.read() is None
        assert list(rig.runtime.iterdir()) == []


async def test_a_view_of_the_grant_tells_whose_it_is_and_how_long_it_holds(tmp_path: Path) -> None:
    """Status and health get dates and names, no tokens."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        grant = rig.tokens.grant

        assert grant
        assert grant.account == OWNER
        assert grant.valid_until_at - grant.authorized_at == 180 * 86_400_000
        assert grant.authorized_at == round(rig.clock.now() * 1000)
