"""A valid access token whenever one is asked for: when it is refreshed, shared, and refused."""

import asyncio
from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_transport import FakeTransport, Held
from token_answers import (
    INVALID_CLIENT,
    PORTAL,
    RATE_LIMITED,
    SERVER_TROUBLE,
    TIMEOUT,
    consent,
    tokens_answer,
)
from token_server import Rotation, TokenServer
from tokens_rig import started

from tonearm.poller.errors import (
    BadAnswer,
    InvalidClient,
    LoginNeeded,
    RateLimited,
    ServerTrouble,
    TonearmError,
    Unauthorized,
    Unreachable,
)
from tonearm.poller.playback import Account
from tonearm.poller.secret import Secret
from tonearm.poller.transport import Answer

OWNER = Account(key="owner", name="Robin")


async def test_access_raises_login_needed_when_nothing_is_stored(tmp_path: Path) -> None:
    """Without a grant nothing is asked; the owner is."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        with pytest.raises(LoginNeeded):
            await rig.tokens.access()

        assert rig.tokens.needs_login
        assert rig.tokens.grant is None


async def test_access_returns_the_token_of_the_login_when_it_is_fresh(tmp_path: Path) -> None:
    """The access token that came with the login is used to its end, without a request."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3539)

        assert await rig.tokens.access() == Secret("access-1")


async def test_access_refreshes_when_a_minute_is_left(tmp_path: Path) -> None:
    """A token is replaced 60 s before its end."""
    transport = FakeTransport([tokens_answer("access-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3540)

        assert await rig.tokens.access() == Secret("access-2")
        assert transport.forms[0]["refresh_token"] == "refresh-1"


async def test_access_token_is_used_again_when_the_process_restarts(tmp_path: Path) -> None:
    """A restart costs no refresh."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        await rig.tokens.adopt(consent(clock), OWNER)

    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-1")


async def test_access_token_is_measured_by_the_wall_clock_when_the_machine_restarted(
    tmp_path: Path,
) -> None:
    """After a reboot the monotonic clock says nothing; the wall clock does."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        await rig.tokens.adopt(consent(clock), OWNER)
    clock.reboot()
    clock.step_wall(3000)

    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-1")


@pytest.mark.parametrize("step_s", [-7200, 3600, 10 * 365 * 86_400])
async def test_access_token_is_not_believed_when_the_wall_clock_makes_no_sense(
    step_s: float, tmp_path: Path
) -> None:
    """After a reboot with a clock that is wrong, a refresh is the safe side."""
    clock = FakeClock()
    async with started(tmp_path, FakeTransport(), clock=clock) as rig:
        await rig.tokens.adopt(consent(clock), OWNER)
    clock.reboot()
    clock.step_wall(step_s)

    async with started(tmp_path, FakeTransport([tokens_answer("access-2")]), clock=clock) as rig:
        assert await rig.tokens.access() == Secret("access-2")


async def test_a_step_of_the_wall_clock_changes_nothing_while_the_machine_runs(
    tmp_path: Path,
) -> None:
    """NTP may set the clock at any time; the token's end does not move."""
    async with started(tmp_path, FakeTransport(), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        rig.clock.step_wall(10 * 365 * 86_400)

        assert await rig.tokens.access() == Secret("access-1")


async def test_one_refresh_serves_all_when_many_ask_at_once(tmp_path: Path) -> None:
    """Callers at the same time share one request."""
    held = Held(tokens_answer("access-2"))
    transport = FakeTransport([held])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        callers = [asyncio.create_task(rig.tokens.access()) for _ in range(50)]
        await held.asked.wait()
        held.release()

        assert set(await asyncio.gather(*callers)) == {Secret("access-2")}
        assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (SERVER_TROUBLE, ServerTrouble),
        (PORTAL, BadAnswer),
        (Answer(status=302, headers={"location": "http://portal"}), BadAnswer),
        (TIMEOUT, Unreachable),
        (RATE_LIMITED, RateLimited),
        (INVALID_CLIENT, InvalidClient),
    ],
)
async def test_the_grant_is_kept_when_the_trouble_is_not_the_grants(
    answer: Answer | Exception, error: type[TonearmError], tmp_path: Path
) -> None:
    """No server error, portal, time-out, limit or wrong setting costs the login."""
    transport = FakeTransport([answer, tokens_answer("access-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)

        with pytest.raises(error):
            await rig.tokens.access()

        assert not rig.tokens.needs_login
        await rig.clock.advance(400)
        assert await rig.tokens.access() == Secret("access-2")


@pytest.mark.parametrize("answer", [SERVER_TROUBLE, PORTAL, TIMEOUT, RATE_LIMITED, INVALID_CLIENT])
async def test_the_same_error_comes_again_without_a_request_when_asked_too_early(
    answer: Answer | Exception, tmp_path: Path
) -> None:
    """A caller in a loop makes no storm."""
    transport = FakeTransport([answer])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        errors = set()

        for _ in range(100):
            with pytest.raises(TonearmError) as caught:
                await rig.tokens.access()
            errors.add(type(caught.value))

        assert len(errors) == 1
        assert len(transport.requests) == 1


async def test_a_429_names_the_wait_that_is_kept_from_the_first_on(tmp_path: Path) -> None:
    """Without a Retry-After the wait is our own, and viewers are told until when it lasts."""
    answer = Answer(status=429, headers={}, body=b"")
    async with started(tmp_path, FakeTransport([answer]), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        waits_s = []

        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                await rig.tokens.access()
            waits_s.append(caught.value.retry_after_s)
            await rig.clock.advance(10)

        assert waits_s == [31.0, 21.0]


async def test_a_token_is_used_to_its_end_when_it_cannot_be_replaced(tmp_path: Path) -> None:
    """Trouble in the last minute of a token troubles nobody while it lives."""
    async with started(tmp_path, FakeTransport([SERVER_TROUBLE]), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3541)

        assert await rig.tokens.access() == Secret("access-1")


async def test_a_rejected_token_is_replaced(tmp_path: Path) -> None:
    """After a 401 the next access is another token, although the old one had time left."""
    transport = FakeTransport([tokens_answer("access-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.tokens.reject(Secret("access-1"))

        assert await rig.tokens.access() == Secret("access-2")


async def test_a_late_rejection_of_an_older_token_changes_nothing(tmp_path: Path) -> None:
    """A 401 that was under way during a refresh does not cost another one."""
    transport = FakeTransport([tokens_answer("access-2")])
    async with started(tmp_path, transport, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock), OWNER)
        await rig.clock.advance(3600)
        await rig.tokens.access()
        await rig.tokens.reject(Secret("access-1"))

        assert await rig.tokens.access() == Secret("access-2")


async def test_two_refreshes_a_minute_are_the_most_when_every_token_is_rejected(
    tmp_path: Path,
) -> None:
    """Spotify answering 401 to everything never becomes a loop of refreshes."""
    server = TokenServer(Rotation.NONE)
    async with started(tmp_path, server, clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock, refresh=server.new_login()), OWNER)
        for _ in range(600):
            try:
                await rig.tokens.reject(await rig.tokens.access())
            except Unauthorized:
                await rig.clock.advance(1)

        assert rig.clock.monotonic() > 1_500
        assert server.refreshes <= 2 * (rig.clock.monotonic() - 1_000) / 60 + 2
