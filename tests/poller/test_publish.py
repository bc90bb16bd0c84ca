"""What viewers see of what is known: states, positions, and news of both."""

import msgspec
import pytest
from observations import STOPPED, WALL_AT, Screen, playing, track

from tonearm.poller.options import Rules
from tonearm.poller.playback import Health, Kind, State, position_ms
from tonearm.poller.publish import LastPlayed, remember
from tonearm.poller.trouble import Trouble

A, B, LOCAL = track("A"), track("B"), track("L", kind=Kind.LOCAL)
HIDING_FILES = Rules(local_files=False)
TEN_YEARS_MS = 10 * 365 * 86_400_000


def test_nothing_is_shown_before_anything_was_ever_played() -> None:
    """A service on its first day has no last item to show."""
    screen = Screen()

    shown = screen.look(0, STOPPED)

    assert (shown.state, shown.item, shown.seq) == (State.NOTHING, None, 0)


def test_the_last_item_is_shown_after_a_restart() -> None:
    """What an earlier process left is idle, with the end it had."""
    screen = Screen(last=LastPlayed(item=A, ended_at=WALL_AT - 5_000))

    shown = screen.snapshot

    assert (shown.state, shown.item, shown.ended_at) == (State.IDLE, A, WALL_AT - 5_000)


def test_a_playing_item_is_shown_with_its_position() -> None:
    """Position and the instant it was true travel together."""
    screen = Screen()

    shown = screen.look(5, playing(A, 62))

    assert (shown.state, shown.item, shown.ended_at) == (State.PLAYING, A, None)
    assert position_ms(shown, 5) == 62_000
    assert position_ms(shown, 15) == 72_000


def test_a_look_that_only_confirms_is_no_news() -> None:
    """Viewers let the position run on by themselves."""
    screen = Screen()

    for at_s in range(0, 100, 5):
        screen.look(at_s, playing(A, at_s + 0.4 * (at_s % 2)))

    assert len(screen.news) == 1


def test_a_seek_is_news() -> None:
    """A jump of more than two seconds is told at once."""
    screen = Screen()

    screen.look(0, playing(A, 10))
    screen.look(5, playing(A, 90))

    assert [position_ms(shown, 5) for shown in screen.news] == [15_000, 90_000]


def test_a_drift_in_small_steps_is_told_before_viewers_are_off_by_more_than_a_seek() -> None:
    """A podcast at 1.3 times the speed gains 1.5 s with each look: no jump, and yet."""
    screen = Screen()

    for at_s in range(0, 100, 5):
        truth = screen.look(at_s, playing(A, at_s * 1.3))
        told, right = position_ms(screen.news[-1], at_s), position_ms(truth, at_s)

        assert told is not None
        assert right is not None
        assert abs(told - right) <= 2_000


@pytest.mark.parametrize("progress_s", [-3, 300])
def test_a_position_is_clamped_to_the_item(progress_s: float) -> None:
    """No card can draw a bar beyond its ends."""
    screen = Screen()

    shown = screen.look(0, playing(track("A", duration_s=299), progress_s))

    assert position_ms(shown, 0) in (0, 299_000)


def test_an_item_of_unknown_length_stays_at_zero() -> None:
    """Without a length there is no bar to draw."""
    screen = Screen()

    shown = screen.look(0, playing(track("Radio", duration_s=0), 40))

    assert (shown.state, shown.position_ms) == (State.PLAYING, 0)


def test_a_jump_of_the_wall_clock_moves_no_position() -> None:
    """Positions hang on the monotonic clock alone."""
    screen = Screen()
    screen.look(0, playing(A, 10))

    screen.wall_at += TEN_YEARS_MS
    shown = screen.look(5, playing(A, 15))

    assert position_ms(shown, 5) == 15_000
    assert len(screen.news) == 1


def test_a_session_that_was_dead_when_first_seen_shows_nothing() -> None:
    """What ran past its end hours ago was not played now."""
    screen = Screen()

    shown = screen.look(0, playing(A, 17_800))

    assert (shown.state, shown.item) == (State.NOTHING, None)


def test_a_change_of_health_is_news() -> None:
    """A viewer may trust the state more or less than before."""
    screen = Screen()
    screen.look(0, playing(A, 10))

    screen.report(Trouble(is_unreachable=True))
    screen.report(Trouble(limited_until_at=WALL_AT + 60_000))
    screen.report(Trouble())

    told = [(news.health, news.until) for news in screen.news[1:]]
    assert told == [
        (Health.OFFLINE, None),
        (Health.LIMITED, WALL_AT + 60_000),
        (Health.OK, None),
    ]


def test_the_end_of_a_cooldown_is_told_only_when_health_is_limited() -> None:
    """Who has to log in does not care when the cooldown ends."""
    screen = Screen()

    shown = screen.report(Trouble(needs_login=True, limited_until_at=WALL_AT + 60_000))

    assert (shown.health, shown.until) == (Health.LOGIN_NEEDED, None)


def test_the_same_item_with_other_facts_is_news() -> None:
    """A cover that came late is a difference a viewer can see."""
    screen = Screen()
    screen.look(0, playing(A, 10))

    screen.look(5, playing(msgspec.structs.replace(A, art=()), 15))

    assert len(screen.news) == 2


def test_a_play_from_before_the_first_run_is_the_last_item() -> None:
    """With nothing kept, recently-played fills the gap."""
    screen = Screen()
    screen.look(0, STOPPED)

    screen.shown = remember(screen.shown, LastPlayed(item=A, ended_at=WALL_AT - 1))
    shown = screen.wait(1)

    assert (shown.state, shown.item, shown.ended_at, shown.seq) == (
        State.IDLE, A, WALL_AT - 1, 1,
    )  # fmt: skip


def test_a_play_from_before_does_not_replace_what_was_shown() -> None:
    """What was seen is newer than what recently-played tells."""
    screen = Screen()
    screen.look(0, playing(A, 10))

    assert remember(screen.shown, LastPlayed(item=B, ended_at=1)) == screen.shown
