"""When what played is over, and since when."""

import pytest
from observations import AD, STOPPED, UNKNOWN, WALL_AT, Screen, paused, playing, track

from tonearm.poller.playback import State, position_ms
from tonearm.poller.publish import LastPlayed
from tonearm.poller.trouble import Trouble

A = track("A")
TEN_YEARS_MS = 10 * 365 * 86_400_000


def test_an_end_that_was_still_to_come_at_a_restart_is_now() -> None:
    """While an item plays its predicted end is kept: nothing ends in the future."""
    screen = Screen(last=LastPlayed(item=A, ended_at=WALL_AT + 90_000))

    assert screen.snapshot.ended_at == WALL_AT


def test_a_stop_shows_the_item_with_the_instant_it_ended() -> None:
    """Idle is the last item and when it was over."""
    screen = Screen()
    screen.look(0, playing(A, 10))
    screen.look(50, STOPPED)

    shown = screen.look(52, STOPPED)

    assert (shown.state, shown.item) == (State.IDLE, A)
    assert (shown.position_ms, shown.as_of_s) == (None, None)
    assert shown.ended_at == WALL_AT + 52_000


def test_an_item_that_was_over_ended_when_it_was_to_end() -> None:
    """A look long after the end does not move the end."""
    screen = Screen()
    screen.look(0, playing(A, 195))
    screen.look(20, STOPPED)

    shown = screen.look(22, STOPPED)

    assert shown.ended_at == WALL_AT + 5_000


@pytest.mark.parametrize("jump_ms", [-TEN_YEARS_MS, -3_600_000, 3_600_000, TEN_YEARS_MS])
def test_a_published_end_stays_when_the_wall_clock_jumps(jump_ms: int) -> None:
    """The clock of a small computer is set now and then; yesterday's end is not news."""
    screen = Screen()
    screen.look(0, playing(A, 10))
    screen.look(50, STOPPED)
    screen.look(52, STOPPED)

    screen.wall_at += jump_ms
    shown = screen.wait(500)

    assert shown.ended_at == WALL_AT + 52_000
    assert len(screen.news) == 2


def test_an_end_is_never_later_than_now_when_the_wall_clock_goes_back() -> None:
    """The end was foreseen on a clock that turned out to be wrong."""
    screen = Screen()
    screen.look(0, playing(A, 10))
    screen.wall_at -= TEN_YEARS_MS
    screen.look(50, STOPPED)

    shown = screen.look(52, STOPPED)

    assert shown.ended_at == screen.now_at


def test_a_pause_is_idle_after_ten_minutes_with_its_begin_as_the_end() -> None:
    """Nobody comes back to a track after ten minutes; it was over when it was paused."""
    screen = Screen()
    screen.look(0, playing(A, 10))
    screen.look(30, paused(A, 40))

    before, after = screen.wait(629.9), screen.wait(630)

    assert (before.state, before.position_ms, before.ended_at) == (State.PAUSED, 40_000, None)
    assert (after.state, after.item, after.ended_at) == (State.IDLE, A, WALL_AT + 30_000)


def test_an_end_stays_when_an_idle_pause_becomes_a_stop() -> None:
    """Paused, idle after ten minutes, gone after an hour: for a viewer one end."""
    screen = Screen()
    screen.look(0, paused(A, 10))
    screen.wait(700)
    screen.look(3_600, STOPPED)

    shown = screen.look(3_602, STOPPED)

    assert shown.ended_at == WALL_AT
    assert [news.state for news in screen.news] == [State.PAUSED, State.IDLE]


def test_unknown_is_idle_after_ten_seconds() -> None:
    """Spotify says 'something' for a moment; longer than that it is nothing."""
    screen = Screen()
    screen.look(0, playing(A, 10))
    screen.look(5, UNKNOWN)
    screen.look(7, UNKNOWN)

    before, after = screen.wait(16.9), screen.wait(17)

    assert (before.state, before.item, before.ended_at) == (State.UNKNOWN, A, None)
    assert (after.state, after.item, after.ended_at) == (State.IDLE, A, WALL_AT + 7_000)


def test_an_advert_shows_no_item_and_the_last_one_comes_back() -> None:
    """Nobody wants a cover beside an advert, and nobody forgot it either."""
    screen = Screen()
    screen.look(0, playing(A, 10))

    advert = screen.look(20, AD)
    screen.look(30, STOPPED)
    idle = screen.look(32, STOPPED)

    assert (advert.state, advert.item, advert.position_ms) == (State.AD, None, None)
    assert (idle.state, idle.item, idle.ended_at) == (State.IDLE, A, WALL_AT + 20_000)


def test_a_frozen_session_is_idle() -> None:
    """Is_playing of a client that died is not playing."""
    screen = Screen()

    for at_s in range(0, 30, 5):
        screen.look(at_s, playing(A, 50))

    assert (screen.snapshot.state, screen.snapshot.ended_at) == (State.IDLE, WALL_AT + 20_000)


def test_an_item_is_idle_half_a_minute_after_its_end_when_no_look_comes_through() -> None:
    """In an outage nothing is invented: an item does not play beyond its end for long."""
    screen = Screen()
    screen.look(0, playing(A, 100))
    screen.report(Trouble(is_unreachable=True))

    before, after = screen.wait(129), screen.wait(131)

    assert (before.state, position_ms(before, 129)) == (State.PLAYING, 200_000)
    assert (after.state, after.ended_at) == (State.IDLE, WALL_AT + 100_000)
