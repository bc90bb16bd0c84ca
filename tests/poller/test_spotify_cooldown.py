"""What a 429 means for every call to come, in this process and the next."""

import asyncio

import pytest
from fake_transport import Held
from spotify_line import NOTHING, Line, too_many

from tonearm.poller.errors import BadAnswer, CoolingDown, RateLimited
from tonearm.poller.playback import STOPPED
from tonearm.poller.secret import Secret
from tonearm.poller.transport import Answer


async def test_a_429_closes_the_gate_for_every_call() -> None:
    """Spotify said when; until then nothing is sent, whoever asks."""
    line = Line(too_many("100"))

    with pytest.raises(RateLimited):
        await line.spotify.look()
    await line.clock.advance(100)

    for call in (line.spotify.look, line.spotify.recently_played):
        with pytest.raises(CoolingDown):
            await call()
    with pytest.raises(CoolingDown):
        await line.spotify.account(Secret("new"))
    assert len(line.transport.requests) == 1


async def test_the_gate_opens_when_the_cooldown_is_over() -> None:
    """By itself, and to the second that was asked for."""
    line = Line(too_many("100"), NOTHING)
    with pytest.raises(RateLimited):
        await line.spotify.look()

    await line.clock.advance(101)

    assert line.spotify.cooldown is None
    assert (await line.spotify.look()).playback == STOPPED


async def test_a_call_that_waited_in_line_finds_the_gate_closed() -> None:
    """The 429 to the first one holds for the second, which was not sent yet."""
    first = Held(too_many("100"))
    line = Line(first)

    look = asyncio.create_task(line.spotify.look())
    await first.asked.wait()
    other = asyncio.create_task(line.spotify.recently_played())
    first.release()
    errors = await asyncio.gather(look, other, return_exceptions=True)

    assert [type(error) for error in errors] == [RateLimited, CoolingDown]


async def test_a_cooldown_is_kept_before_anybody_hears_of_it() -> None:
    """Whatever happens to the process next, the next one knows."""
    line = Line(too_many("79892", "QUOTA_EXCEEDED"))

    with pytest.raises(RateLimited):
        await line.spotify.look()

    assert line.cooldowns.kept is not None
    assert line.cooldowns.kept == line.spotify.cooldown
    assert line.cooldowns.kept.is_quota


async def test_a_429_of_the_token_endpoint_is_kept_as_well() -> None:
    """It locks the same app out: the next process must know, and a viewer sees until when."""
    line = Line(NOTHING)
    line.tokens.error = RateLimited(79_892.0, is_quota=False)

    with pytest.raises(RateLimited):
        await line.spotify.look()
    line.tokens.error = AssertionError("asked in a lock-out")
    await line.clock.advance(79_892)
    with pytest.raises(CoolingDown):
        await line.spotify.look()

    assert line.cooldowns.kept is not None
    assert line.cooldowns.kept == line.spotify.cooldown
    assert line.ledger.usage.learned is None
    await line.clock.advance(2)
    line.tokens.error = None
    assert (await line.spotify.look()).playback == STOPPED


async def test_a_cooldown_holds_although_it_cannot_be_kept() -> None:
    """A full disk is no excuse for asking."""
    line = Line(too_many("100"))
    line.cooldowns.is_broken = True

    with pytest.raises(RateLimited):
        await line.spotify.look()

    with pytest.raises(CoolingDown):
        await line.spotify.look()


async def test_refusals_in_a_row_wait_longer_and_an_answer_ends_the_row() -> None:
    """30 s, 60 s, an answer, 30 s."""
    line = Line(too_many(), too_many(), NOTHING, too_many())
    waits_s = []

    for _ in range(4):
        try:
            await line.spotify.look()
        except RateLimited:
            assert line.spotify.cooldown is not None
            waits_s.append(line.spotify.cooldown.until_s - line.clock.monotonic())
            await line.clock.advance(waits_s[-1])

    assert waits_s == [31.0, 61.0, 31.0]


async def test_a_portal_does_not_end_a_row_of_refusals() -> None:
    """A page of somebody else's is no word from Spotify."""
    portal = Answer(status=200, headers={"content-type": "text/html"}, body=b"<h1>")
    line = Line(too_many(), portal, too_many())

    for error in (RateLimited, BadAnswer, RateLimited):
        with pytest.raises(error):
            await line.spotify.look()
        await line.clock.advance(31)

    assert line.cooldowns.kept is not None
    assert line.cooldowns.kept.strikes == 2


async def test_twenty_restarts_in_a_lock_out_send_nothing() -> None:
    """134 requests through a ban made it worse for somebody else."""
    first = Line(too_many("79892"))
    with pytest.raises(RateLimited):
        await first.spotify.look()

    for restart in range(20):
        line = Line(cooldowns=first.cooldowns)
        await line.clock.advance(3_900.0 * restart)
        await line.spotify.load()
        with pytest.raises(CoolingDown):
            await line.spotify.look()

    assert len(first.transport.requests) == 1


async def test_a_cooldown_that_is_over_is_not_taken_up() -> None:
    """Last month's lock-out is no reason to be careful today."""
    line = Line(too_many("10"))
    with pytest.raises(RateLimited):
        await line.spotify.look()
    later = Line(too_many(), cooldowns=line.cooldowns)
    await later.clock.advance(11)

    await later.spotify.load()

    assert later.spotify.cooldown is None
    with pytest.raises(RateLimited):
        await later.spotify.look()
    assert later.cooldowns.kept is not None
    assert later.cooldowns.kept.strikes == 1


async def test_a_cooldown_that_cannot_be_read_stops_no_start() -> None:
    """The service runs on a broken disk too."""
    line = Line(NOTHING)
    line.cooldowns.is_broken = True

    await line.spotify.load()

    assert (await line.spotify.look()).playback == STOPPED
