"""What may not be shown: it looks exactly like a stop, and moves nothing."""

import pytest
from observations import AD, STOPPED, UNKNOWN, WALL_AT, Screen, paused, playing, track

from tonearm.poller.options import Rules
from tonearm.poller.playback import Kind, Playback, State, position_ms

A, B, LOCAL = track("A"), track("B"), track("L", kind=Kind.LOCAL)
HIDING_FILES = Rules(local_files=False)


@pytest.mark.parametrize(
    ("hidden", "rules"),
    [
        (playing(B, 5, is_private=True), Rules()),
        (paused(B, 5, is_private=True), Rules()),
        (playing(LOCAL, 5), HIDING_FILES),
    ],
)
def test_what_is_hidden_looks_exactly_like_a_stop(hidden: Playback, rules: Rules) -> None:
    """Same bytes but for seq and now: nobody can tell that there was something to hide."""
    hiding, stopping = Screen(rules), Screen(rules)
    for screen in (hiding, stopping):
        screen.look(0, playing(A, 10))
        screen.wait(8)
    stopping.look(18, STOPPED)

    hidden_shown = hiding.look(20, hidden)
    stopped_shown = stopping.look(20, STOPPED)

    assert hidden_shown == stopped_shown
    assert hidden_shown.ended_at == WALL_AT + 20_000


def test_a_private_session_hides_the_very_item_that_was_shown() -> None:
    """Turned on in mid-song it holds from that moment, without a second look."""
    screen = Screen()
    screen.look(0, playing(A, 10))

    shown = screen.look(20, playing(A, 30, is_private=True))

    assert (shown.state, shown.item, shown.ended_at) == (State.IDLE, A, WALL_AT + 20_000)


def test_nothing_that_happens_in_a_private_session_is_news() -> None:
    """Skips, pauses, seeks, adverts and blips behind the curtain move nothing."""
    screen = Screen()
    screen.look(0, playing(A, 10))
    screen.look(20, playing(B, 0, is_private=True))
    before, count = screen.snapshot, len(screen.news)

    for at_s, hidden in enumerate(
        [
            playing(B, 90, is_private=True),
            paused(B, 90, is_private=True),
            playing(LOCAL, 3, is_private=True),
            Playback(status=AD.status, is_private=True),
            Playback(status=UNKNOWN.status, is_private=True),
            UNKNOWN,
            playing(A, 3, is_private=True),
            STOPPED,
            STOPPED,
        ],
        start=25,
    ):
        screen.look(at_s, hidden)
    screen.wait(2_000)

    assert screen.snapshot == before
    assert len(screen.news) == count


def test_a_private_session_is_shown_when_the_owner_wants_it() -> None:
    """The setting exists for those who are private to friends and not to their own page."""
    screen = Screen(Rules(private_sessions=True))

    shown = screen.look(0, playing(A, 10, is_private=True))

    assert (shown.state, shown.item) == (State.PLAYING, A)


def test_a_local_file_is_shown_unless_hidden() -> None:
    """Local files are public by default."""
    assert Screen().look(0, playing(LOCAL, 1)).item == LOCAL
    assert Screen(HIDING_FILES).look(0, playing(LOCAL, 1)).item is None


def test_the_item_comes_back_when_a_private_session_ends() -> None:
    """Two looks agree that there is nothing to hide any more."""
    screen = Screen()
    screen.look(0, playing(A, 10, is_private=True))
    screen.look(10, playing(A, 20))

    shown = screen.look(12, playing(A, 22))

    assert (shown.state, shown.item, position_ms(shown, 12)) == (State.PLAYING, A, 22_000)
