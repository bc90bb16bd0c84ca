"""A refresh loses no token: rotation of every kind, refusals, lost answers."""

from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_transport import FakeTransport, json_answer
from token_answers import (
    INVALID_GRANT,
    SERVER_TROUBLE,
    TIMEOUT,
    consent,
    tokens_answer,
)
from token_server import Rotation, TokenServer
from tokens_rig import Rig, started

from tonearm.poller.errors import InvalidGrant, LoginNeeded, ServerTrouble, SpotifyError
from tonearm.poller.secret import Secret


async def logged_in(rig: Rig) -> None:
    """Log in, and let the access token end."""
    await rig.tokens.adopt(consent(rig.clock), None)
    await rig.clock.advance(3600)


@pytest.mark.parametrize("rotation", list(Rotation))
async def test_a_grant_lasts_when_it_is_refreshed_and_restarted_often(
    rotation: Rotation, tmp_path: Path
) -> None:
    """Whatever the server does with refresh tokens, a day of hourly restarts loses nothing."""
    server, clock = TokenServer(rotation), FakeClock()
    async with started(tmp_path, server, clock=clock) as rig:
        await rig.tokens.adopt(consent(clock, refresh=server.new_login()), None)

    for _ in range(24):
        async with started(tmp_path, server, clock=clock) as rig:
            await clock.advance(3600)
            await rig.tokens.access()

    assert server.refreshes == 24
    assert server.refusals == 0


@pytest.mark.parametrize("given", [None, ""])
async def test_the_old_refresh_token_is_kept_when_none_comes(
    given: str | None, tmp_path: Path
) -> None:
    """Spotify returns none since July 2026: what is missing, empty or null replaces nothing."""
    transport = FakeTransport([tokens_answer("a2", given), tokens_answer("a3")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)
        await rig.tokens.access()
        await rig.clock.advance(3600)
        await rig.tokens.access()

        assert [form["refresh_token"] for form in transport.forms] == ["refresh-1", "refresh-1"]


@pytest.mark.parametrize(
    "odd", [{"scope": "\ud800"}, {"scope": "x" * 900_000}, {"expires_in": "soon"}]
)
async def test_a_new_refresh_token_is_kept_when_the_rest_is_odd(
    odd: dict[str, object], tmp_path: Path
) -> None:
    """The old one may be void by now; and the file stays as long as it is."""
    fields = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600, **odd}
    async with started(tmp_path, FakeTransport([json_answer(fields)]), clock=FakeClock()) as rig:
        await logged_in(rig)
        database = tmp_path / "state" / "grant.db"
        size = database.stat().st_size

        assert await rig.tokens.access() == Secret("access-2")

        stored = await rig.store.read()
        assert stored
        assert stored.refresh_token == Secret("refresh-2")
        assert database.stat().st_size == size


async def test_the_new_tokens_are_stored_before_the_access_token_is_handed_out(
    tmp_path: Path,
) -> None:
    """From its first use on, the old refresh token may be void."""
    transport = FakeTransport([tokens_answer("access-2", "refresh-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)

        await rig.tokens.access()

        stored = await rig.store.read()
        assert stored
        assert stored.refresh_token == Secret("refresh-2")
        assert stored.prev_refresh_token == Secret("refresh-1")
        assert stored.intent_generation is None


async def test_the_intent_is_stored_before_the_request(tmp_path: Path) -> None:
    """A crash in mid-request is known as one at the next start."""
    async with started(tmp_path, FakeTransport([SERVER_TROUBLE]), clock=FakeClock()) as rig:
        await logged_in(rig)
        with pytest.raises(ServerTrouble):
            await rig.tokens.access()

        stored = await rig.store.read()
        assert stored
        assert stored.intent_generation == stored.generation == 1


async def test_a_single_refusal_is_not_believed(tmp_path: Path) -> None:
    """Spotify has refused good tokens by mistake: it is asked again half a minute later."""
    transport = FakeTransport([INVALID_GRANT, tokens_answer("access-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)

        with pytest.raises(InvalidGrant):
            await rig.tokens.access()

        assert not rig.tokens.needs_login
        await rig.clock.advance(30)
        assert await rig.tokens.access() == Secret("access-2")


async def test_nobody_asks_again_within_half_a_minute_of_a_refusal(tmp_path: Path) -> None:
    """A confirmation that comes at once would confirm nothing."""
    transport = FakeTransport([INVALID_GRANT])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)
        for _ in range(29):
            with pytest.raises(InvalidGrant):
                await rig.tokens.access()
            await rig.clock.advance(1)

        assert len(transport.requests) == 1


async def test_login_is_needed_when_a_refusal_is_confirmed(tmp_path: Path) -> None:
    """The second refusal counts, and no request follows it, not even after a restart."""
    clock = FakeClock()
    transport = FakeTransport([INVALID_GRANT, INVALID_GRANT])
    async with started(tmp_path, transport, clock=clock) as rig:
        await logged_in(rig)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await clock.advance(30)

        with pytest.raises(LoginNeeded):
            await rig.tokens.access()

        assert rig.tokens.needs_login
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        with pytest.raises(LoginNeeded):
            await rig.tokens.access()


async def test_a_dead_grant_keeps_its_row(tmp_path: Path) -> None:
    """Quarantine, not deletion: whose it was and since when is still known."""
    transport = FakeTransport([INVALID_GRANT, INVALID_GRANT])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await rig.clock.advance(30)
        with pytest.raises(LoginNeeded):
            await rig.tokens.access()

        stored = await rig.store.read()
        assert stored
        assert stored.is_dead
        assert stored.refresh_token == Secret("refresh-1")


async def test_a_refusal_of_one_grant_is_not_held_against_the_next(tmp_path: Path) -> None:
    """After a new login the first refusal is a first one again."""
    transport = FakeTransport([INVALID_GRANT, INVALID_GRANT])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await logged_in(rig)

        with pytest.raises(InvalidGrant):
            await rig.tokens.access()


async def rotated_once_and_lost(rig: Rig) -> None:
    """Log in, refresh to ``refresh-2``, then lose the answer of the next refresh."""
    await logged_in(rig)
    await rig.tokens.access()
    await rig.clock.advance(3600)
    with pytest.raises(SpotifyError):
        await rig.tokens.access()
    await rig.clock.advance(60)


async def test_the_previous_token_is_the_last_resort_when_an_answer_was_lost(
    tmp_path: Path,
) -> None:
    """The outcome is unknown, the present token is refused twice: then the one before it."""
    transport = FakeTransport(
        [tokens_answer("access-2", "refresh-2"), TIMEOUT, INVALID_GRANT, INVALID_GRANT]
    )
    transport.then(tokens_answer("access-3"))
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rotated_once_and_lost(rig)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await rig.clock.advance(30)

        assert await rig.tokens.access() == Secret("access-3")
        assert [form["refresh_token"][-1] for form in transport.forms] == ["1", "2", "2", "2", "1"]
        stored = await rig.store.read()
        assert stored
        assert stored.refresh_token == Secret("refresh-1")


async def test_the_previous_token_is_tried_once(tmp_path: Path) -> None:
    """When it is refused as well, the grant is dead."""
    transport = FakeTransport([tokens_answer("access-2", "refresh-2"), TIMEOUT])
    transport.then(INVALID_GRANT, INVALID_GRANT, INVALID_GRANT)
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rotated_once_and_lost(rig)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await rig.clock.advance(30)

        with pytest.raises(LoginNeeded):
            await rig.tokens.access()

        assert len(transport.requests) == 5


async def test_the_previous_token_is_not_replayed_when_every_outcome_is_known(
    tmp_path: Path,
) -> None:
    """Replaying a used token may revoke the whole family."""
    transport = FakeTransport([tokens_answer("access-2", "refresh-2")])
    transport.then(INVALID_GRANT, INVALID_GRANT)
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await logged_in(rig)
        await rig.tokens.access()
        await rig.clock.advance(3600)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await rig.clock.advance(30)
        with pytest.raises(LoginNeeded):
            await rig.tokens.access()

        assert "refresh-1" not in [form["refresh_token"] for form in transport.forms[1:]]


async def test_an_intent_left_by_a_crash_lets_the_previous_token_be_tried(tmp_path: Path) -> None:
    """What one process does not know about its last refresh, the next one does not either."""
    clock = FakeClock()
    transport = FakeTransport([tokens_answer("access-2", "refresh-2")])
    async with started(tmp_path, transport, clock=clock) as rig:
        await logged_in(rig)
        await rig.tokens.access()
        await rig.store.note_intent(2)
    transport.then(INVALID_GRANT, INVALID_GRANT, tokens_answer("access-3"))

    async with started(tmp_path, transport, clock=clock) as rig:
        await clock.advance(3600)
        with pytest.raises(InvalidGrant):
            await rig.tokens.access()
        await clock.advance(30)

        assert await rig.tokens.access() == Secret("access-3")
