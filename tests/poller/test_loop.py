"""The poller at work: what it asks, what it says, and what it writes, hour by hour."""

import itertools

import pytest
from observations import AD, STOPPED, paused, playing, track
from running_poller import Service

from tonearm.poller.cadence import Why
from tonearm.poller.errors import Refused, RefusedReason
from tonearm.poller.options import Pace
from tonearm.poller.playback import State, position_ms

A, B = track("A"), track("B")
HOUR_S, DAY_S = 3_600.0, 86_400.0


async def test_the_first_look_is_at_once() -> None:
    """Nobody waits for the first state longer than Spotify takes."""
    service = Service()
    service.fake.playback = playing(A, 10)

    async with service.running() as poller:
        assert len(service.fake.looks) == 1
        assert (poller.snapshot.state, poller.snapshot.item) == (State.PLAYING, A)


async def test_every_change_is_told_once() -> None:
    """A track, a pause, the next track: three states, however many looks it took."""
    service = Service()
    service.viewers = 1

    async with service.running():
        for playback in (playing(A, 10), paused(A, 40), playing(B, 0)):
            service.fake.playback = playback
            await service.clock.advance(60)

    assert [(news.state, news.item) for news in service.news] == [
        (State.NOTHING, None),
        (State.PLAYING, A),
        (State.PAUSED, A),
        (State.PLAYING, B),
    ]
    assert [news.seq for news in service.news] == [0, 1, 2, 3]


async def test_each_look_is_emitted() -> None:
    """Who joins gets the newest position, although nobody is told of it."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(A, 0)

    async with service.running():
        await service.clock.advance(100)
        emitted = service.emitted[-1]

    assert emitted.seq == 1
    assert emitted.as_of_s is not None
    assert service.clock.monotonic() - emitted.as_of_s <= 5
    assert position_ms(emitted, service.clock.monotonic()) == 100_000


async def test_looks_follow_the_audience() -> None:
    """Twelve looks a minute while somebody watches, one while nobody does."""
    service = Service()
    service.fake.playback = playing(track("Long", duration_s=9_000), 0)

    async with service.running():
        await service.clock.advance(600)
        service.fake.looks.clear()
        await service.clock.advance(600)
        unwatched = len(service.fake.looks)
        service.arrive()
        await service.clock.advance(600)

    assert unwatched == 10
    assert len(service.fake.looks) - unwatched in range(119, 122)


async def test_looks_are_a_second_apart_whatever_happens() -> None:
    """Viewers who come and go, logins, changes: the gap holds."""
    service = Service(pace=Pace(watched_s=2))
    service.viewers = 1

    async with service.running() as poller:
        for second in range(120):
            service.fake.playback = playing((A, B)[second % 2], second % 7)
            poller.viewer_arrived()
            poller.logged_in()
            await service.clock.advance(0.3)

    looks = service.fake.looks
    assert all(later - sooner >= 1 for sooner, later in itertools.pairwise(looks))


async def test_the_first_viewer_brings_a_look_at_once() -> None:
    """In an idle hour the state may be five minutes old."""
    service = Service()

    async with service.running():
        await service.clock.advance(HOUR_S + 100)
        before = len(service.fake.looks)
        service.arrive()
        await service.clock.settle()

        assert len(service.fake.looks) == before + 1


async def test_a_page_that_is_reloaded_all_the_time_costs_little() -> None:
    """While nothing plays, arrivals bring a look a minute at most."""
    service = Service()

    async with service.running() as poller:
        await service.clock.advance(HOUR_S)
        service.fake.looks.clear()
        for _ in range(600):
            service.viewers = 1
            poller.viewer_arrived()
            await service.clock.advance(3)
            service.viewers = 0
            await service.clock.advance(3)

    assert len(service.fake.looks) <= 61


async def test_a_viewer_who_comes_during_a_look_waits_no_longer_than_others() -> None:
    """The look under way is fresh enough, and the next one comes at the watched pace."""
    service = Service()
    service.fake.takes_s = 10
    service.fake.playback = playing(track("Long", duration_s=9_000), 0)

    async with service.running():
        await service.clock.advance(5)
        service.arrive()
        await service.clock.advance(5 + 3)

        assert len(service.fake.looks) == 2


async def test_the_next_look_can_be_told() -> None:
    """For the owner's status: when, and why."""
    service = Service()
    service.fake.playback = playing(A, 10)

    async with service.running() as poller:
        await service.clock.advance(10)
        look = poller.next_look

        assert look.why is Why.UNWATCHED
        assert look.at_s - service.clock.monotonic() == pytest.approx(50)


async def test_an_item_turns_idle_on_time_without_a_look() -> None:
    """Half a minute after its end, although the next look is ten minutes away."""
    service = Service()
    service.fake.playback = playing(A, 10)

    async with service.running() as poller:
        service.fake.error = Refused(RefusedReason.PREMIUM)
        await service.clock.advance(219.9)
        before, looks = poller.snapshot.state, len(service.fake.looks)
        await service.clock.advance(0.1)

        assert (before, poller.snapshot.state) == (State.PLAYING, State.IDLE)
        assert len(service.fake.looks) == looks


async def test_an_advert_shows_nothing_and_the_music_comes_back() -> None:
    """Seen every five seconds, half a minute of advert is half a minute of advert."""
    service = Service()
    service.viewers = 1

    async with service.running():
        for playback in (playing(A, 10), AD, playing(A, 40), STOPPED):
            service.fake.playback = playback
            await service.clock.advance(30)

    states = [news.state for news in service.news]
    assert states == [State.NOTHING, State.PLAYING, State.AD, State.PLAYING, State.IDLE]


@pytest.mark.parametrize("takes_s", [0.0, 10.0])
async def test_a_stop_leaves_nothing_behind(takes_s: float) -> None:
    """Neither in a wait nor in a look; that no task is left is checked after every test."""
    service = Service()
    service.fake.takes_s = takes_s

    async with service.running():
        await service.clock.advance(5)


async def test_a_defect_ends_the_poller() -> None:
    """What nobody foresaw is not swallowed: the service restarts."""
    service = Service()
    service.fake.error = ZeroDivisionError()  # type: ignore[assignment]

    with pytest.raises(ZeroDivisionError):
        async with service.running():
            pass


async def test_a_wait_is_sliced() -> None:
    """A stop, a suspended machine and the watchdog are noticed within half a minute."""
    service = Service()

    async with service.running():
        service.emitted.clear()
        await service.clock.advance(299)

    assert len(service.emitted) >= 9
