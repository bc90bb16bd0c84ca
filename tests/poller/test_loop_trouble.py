"""The poller in bad times: no storms, true health, and back by itself."""

import pytest
from fake_spotify import FakePlays
from observations import WALL_AT, playing, track
from running_poller import Service

from tonearm.poller.cadence import Why
from tonearm.poller.errors import (
    BadAnswer,
    LoginNeeded,
    RateLimited,
    Refused,
    RefusedReason,
    ServerTrouble,
    TonearmError,
    Unauthorized,
    Unreachable,
)
from tonearm.poller.playback import Health, State
from tonearm.poller.publish import LastPlayed

A = track("A", duration_s=30_000)
HOUR_S, DAY_S = 3_600.0, 86_400.0


@pytest.mark.parametrize(
    ("error", "most"),
    [
        (Unreachable("dns"), 130),
        (ServerTrouble(503), 130),
        (BadAnswer("not JSON"), 130),
        (Unauthorized(), 61),
        (Refused(RefusedReason.PREMIUM), 8),
        (LoginNeeded(), 1),
    ],
)
async def test_an_hour_of_trouble_is_no_storm(error: TonearmError, most: int) -> None:
    """However many watch, and however often viewers come."""
    service = Service()
    service.viewers = 1
    service.fake.error = error

    async with service.running() as poller:
        for _ in range(360):
            poller.viewer_arrived()
            await service.clock.advance(10)

    assert 1 <= len(service.fake.looks) <= most


@pytest.mark.parametrize(
    ("error", "health"),
    [
        (Unreachable("timeout"), Health.OFFLINE),
        (ServerTrouble(500), Health.STALE),
        (BadAnswer("not JSON"), Health.STALE),
        (Unauthorized(), Health.STALE),
        (Refused(RefusedReason.SCOPE), Health.REFUSED),
    ],
)
async def test_health_tells_of_trouble_and_mends_by_itself(
    error: TonearmError, health: Health
) -> None:
    """One piece of news when it begins and one when it ends; the item stays."""
    service = Service()
    service.fake.playback = playing(A, 0)

    async with service.running() as poller:
        service.fake.error = error
        await service.clock.advance(HOUR_S)
        in_trouble = poller.snapshot
        service.fake.error = None
        await service.clock.advance(700)
        mended = poller.snapshot

    assert (in_trouble.health, in_trouble.state, in_trouble.item) == (health, State.PLAYING, A)
    assert (mended.health, mended.state, mended.item) == (Health.OK, State.PLAYING, A)
    assert [news.health for news in service.news] == [Health.OK, Health.OK, health, Health.OK]


async def test_one_failed_look_is_no_news() -> None:
    """Spotify fails once in a thousand even in good times."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(A, 0)

    async with service.running():
        service.fake.error = Unreachable("cut")
        await service.clock.advance(3)
        service.fake.error = None
        await service.clock.advance(60)

    assert {news.health for news in service.news} == {Health.OK}


async def test_a_cooldown_is_limited_until_it_ends() -> None:
    """No look before the end, one right after it, and no better health before that succeeded."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(A, 0)

    async with service.running() as poller:
        service.fake.error = RateLimited(HOUR_S, is_quota=False)
        service.fake.cooldown_until_s = service.clock.monotonic() + 5 + HOUR_S
        await service.clock.advance(5)
        service.fake.looks.clear()
        await service.clock.advance(HOUR_S - 0.1)
        limited, looks = poller.snapshot, list(service.fake.looks)
        service.fake.error = None
        await service.clock.advance(0.1)

        assert (limited.health, limited.item) == (Health.LIMITED, A)
        assert limited.until == WALL_AT + round((5 + HOUR_S) * 1000)
        assert looks == []
        assert len(service.fake.looks) == 1
        assert poller.snapshot.health is Health.OK


async def test_a_cooldown_followed_by_the_next_is_one_piece_of_news_each() -> None:
    """Between them health does not look fine for as long as a look takes."""
    service = Service()
    service.fake.takes_s = 1.0
    service.fake.error = RateLimited(None, is_quota=False)
    service.fake.cooldown_until_s = service.clock.monotonic() + 100

    async with service.running():
        await service.clock.advance(100.5)
        service.fake.cooldown_until_s = service.clock.monotonic() + 100
        await service.clock.advance(50)

    assert {news.health for news in service.news} == {Health.LIMITED}


async def test_a_kept_cooldown_is_told_from_the_first_snapshot_on() -> None:
    """After a restart nobody reads 'ok' although nothing may be asked for hours."""
    service = Service(plays=FakePlays(LastPlayed(item=A, ended_at=1_000)))
    service.fake.cooldown_until_s = service.clock.monotonic() + 12 * HOUR_S

    async with service.running() as poller:
        first = service.emitted[0]
        await service.clock.advance(12 * HOUR_S - 1)
        before = (poller.snapshot.health, poller.next_look.why, len(service.fake.looks))
        await service.clock.advance(1)

        assert (first.health, first.state, first.item) == (Health.LIMITED, State.IDLE, A)
        assert before == (Health.LIMITED, Why.COOLDOWN, 0)
        assert (poller.snapshot.health, len(service.fake.looks)) == (Health.OK, 1)


async def test_a_missing_login_is_waited_for_without_a_look() -> None:
    """A day without a grant costs one look, and the login brings the next at once."""
    service = Service()
    service.fake.error = LoginNeeded()

    async with service.running() as poller:
        await service.clock.advance(DAY_S)
        waiting = (poller.snapshot.health, len(service.fake.looks))
        service.fake.error = None
        service.fake.playback = playing(A, 0)
        poller.logged_in()
        await service.clock.settle()

        assert waiting == (Health.LOGIN_NEEDED, 1)
        assert (poller.snapshot.health, poller.snapshot.item) == (Health.OK, A)


async def test_a_login_during_a_failing_look_is_not_lost() -> None:
    """The look under way was asked with what the login replaced."""
    service = Service()
    service.fake.error = LoginNeeded()
    service.fake.takes_s = 10

    async with service.running() as poller:
        await service.clock.advance(5)
        poller.logged_in()
        await service.clock.advance(5)
        service.fake.error = None
        await service.clock.advance(1 + 10)

        assert len(service.fake.looks) == 2
        assert poller.snapshot.health is Health.OK


async def test_a_login_asks_for_the_last_play_again() -> None:
    """The former grant may not have allowed it."""
    service = Service()
    service.fake.plays = Refused(RefusedReason.SCOPE)

    async with service.running() as poller:
        await service.clock.advance(DAY_S)
        service.fake.plays = ()
        poller.logged_in()
        await service.clock.advance(60)

    assert service.fake.backfills == 4


async def test_an_item_does_not_play_on_in_an_outage() -> None:
    """Half a minute after its end it is idle, with its own end, offline or not."""
    service = Service()
    service.fake.playback = playing(track("Short"), 0)

    async with service.running() as poller:
        service.fake.error = Unreachable("dns")
        await service.clock.advance(HOUR_S)
        shown = poller.snapshot

    assert (shown.state, shown.health) == (State.IDLE, Health.OFFLINE)
    assert shown.ended_at == WALL_AT + 200_000
