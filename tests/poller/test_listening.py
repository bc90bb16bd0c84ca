"""Where a session stands, when it ends, and whether it is alive at all."""

import pytest
from observations import after, paused, playing, track

from tonearm.poller.changes import Change

A = track("A")


def test_a_paused_position_stands_still() -> None:
    """A pause may last: the bar must not move."""
    session, _ = after([(0, paused(A, 10)), (30, paused(A, 10))])

    assert session.position_at(500) == 10_000


def test_missing_progress_counts_on() -> None:
    """Spotify leaves progress out at times, and calls that expected."""
    session, changes = after([(0, playing(A, 10)), (5, playing(A, None)), (10, playing(A, None))])

    assert changes[1:] == [Change.NONE, Change.NONE]
    assert session.position_at(12) == 22_000


def test_progress_that_was_never_told_counts_from_the_first_look() -> None:
    """Without any progress the least that is known is when the item was first seen."""
    session, _ = after([(0, playing(A, None)), (60, playing(A, None)), (120, playing(A, None))])

    assert session.position_at(130) == 130_000
    assert not session.is_dead()


def test_a_pause_without_progress_stays_where_it_was() -> None:
    """The position of the last good answer is carried on to the pause."""
    session, _ = after([(0, playing(A, 10)), (5, paused(A, None))])

    assert session.position_at(100) == 15_000


def test_a_session_whose_progress_stands_still_is_dead() -> None:
    """A client that died leaves is_playing true; its progress gives it away."""
    looks = [(5.0 * n, playing(A, 50)) for n in range(5)]

    early, _ = after(looks[:4])
    late, _ = after(looks)

    assert not early.is_dead()
    assert late.is_dead()


def test_progress_stuck_at_zero_is_dead_only_past_the_end() -> None:
    """Some speakers never report progress while they play very well."""
    looks = [(10.0 * n, playing(A, 0)) for n in range(23)]

    in_mid_item, _ = after(looks[:20])
    past_the_end, _ = after(looks)

    assert not in_mid_item.is_dead()
    assert in_mid_item.position_at(195) == 195_000
    assert past_the_end.is_dead()


@pytest.mark.parametrize(("progress_s", "is_dead"), [(205, False), (17_800, True)])
def test_progress_past_the_end_is_dead_beyond_ten_seconds(
    progress_s: float,
    is_dead: bool,
) -> None:
    """Seen once: 17,800 s of a 179 s track, hours after the client was gone."""
    session, _ = after([(0, playing(A, progress_s))])

    assert session.is_dead() is is_dead


def test_a_dead_session_lives_again_when_its_progress_moves() -> None:
    """A speaker that came back from the dead is playing."""
    session, _ = after([*((10.0 * n, playing(A, 50)) for n in range(5)), (100, playing(A, 55))])

    assert not session.is_dead()
    assert session.position_at(101) == 56_000


def test_an_item_of_unknown_length_has_no_end() -> None:
    """Duration 0 means that Spotify does not know, not that it is over."""
    session, _ = after([(0, playing(track("Radio", duration_s=0), 500))])

    assert session.end_s() is None
    assert not session.is_dead()


def test_the_end_follows_from_the_newest_position() -> None:
    """200 s long and 50 s in at second 40: over at second 190."""
    session, _ = after([(0, playing(A, 10)), (40, playing(A, 50))])

    assert session.end_s() == 190
