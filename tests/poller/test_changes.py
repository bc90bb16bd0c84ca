"""What is believed of the player, whatever Spotify says from one answer to the next."""

import pytest
from observations import AD, PRIVATE_UNKNOWN, STOPPED, UNKNOWN, after, paused, playing, track

from tonearm.poller.changes import Change
from tonearm.poller.playback import Playback, Status

A, B = track("A"), track("B")


def test_a_new_item_is_believed_at_once() -> None:
    """The next track is what viewers wait for most."""
    session, changes = after([(0, playing(A, 190)), (12, playing(B, 1))])

    assert changes == [Change.STARTED, Change.ITEM]
    assert session.item == B


@pytest.mark.parametrize("blip", [STOPPED, UNKNOWN])
def test_a_blip_between_two_good_answers_is_no_change(blip: Playback) -> None:
    """A single 204 or null item is what Spotify does on a bad day, not the end of the music."""
    session, changes = after([(0, playing(A, 10)), (5, blip), (7, playing(A, 17))])

    assert changes == [Change.STARTED, Change.DOUBTED, Change.NONE]
    assert session.item == A
    assert session.doubted_since_s is None


def test_a_player_that_flaps_is_never_believed_to_stop() -> None:
    """Every second answer a 204: the other half keeps saying that it plays."""
    looks = [(5.0 * n, STOPPED if n % 2 else playing(A, 5.0 * n)) for n in range(20)]

    session, changes = after(looks)

    assert session.status is Status.PLAYING
    assert set(changes[1:]) == {Change.DOUBTED, Change.NONE}


def test_a_stop_is_believed_when_a_second_look_says_so() -> None:
    """Two in a row are the truth."""
    session, changes = after([(0, playing(A, 10)), (5, STOPPED), (7, STOPPED), (60, STOPPED)])

    assert changes[1:] == [Change.DOUBTED, Change.STOPPED, Change.NONE]
    assert session.status is Status.STOPPED
    assert session.since_s == 7


def test_a_stop_after_an_unknown_needs_no_further_look() -> None:
    """Both say that the item is gone."""
    session, changes = after([(0, playing(A, 10)), (5, UNKNOWN), (7, STOPPED)])

    assert changes[1:] == [Change.DOUBTED, Change.STOPPED]
    assert session.item is None


def test_nothing_changes_when_nothing_plays_from_the_beginning() -> None:
    """The first look of an evening without music is no event, but it is since then."""
    session, changes = after([(100, STOPPED), (160, STOPPED)])

    assert changes == [Change.NONE, Change.NONE]
    assert session.since_s == 100


def test_an_advert_is_believed_at_once_and_counted_once() -> None:
    """Adverts come without an item, and the music after them is a start."""
    session, changes = after([(0, playing(A, 10)), (5, AD), (10, AD), (35, playing(A, 15))])

    assert changes == [Change.STARTED, Change.AD, Change.NONE, Change.STARTED]
    assert session.position_at(36) == 16_000


def test_pause_and_resume_are_told_apart() -> None:
    """A pause keeps the item and the position."""
    session, changes = after([(0, playing(A, 10)), (5, paused(A, 13)), (65, playing(A, 14))])

    assert changes[1:] == [Change.PAUSED, Change.RESUMED]
    assert session.position_at(66) == 15_000


@pytest.mark.parametrize(
    ("progress_s", "since_s"), [(35, 25), (9, 0), (None, 60), (150, 60), (2, 60)]
)
def test_a_pause_began_when_its_position_was_reached(
    progress_s: float | None,
    since_s: float,
) -> None:
    """A minute between two looks need not be a minute of error; a seek tells nothing."""
    session, _ = after([(0, playing(A, 10)), (60, paused(A, progress_s))])

    assert session.since_s == since_s


@pytest.mark.parametrize(("progress_s", "change"), [(16.9, Change.NONE), (13.1, Change.NONE),
                                                     (17.1, Change.SEEKED),
                                                     (12.9, Change.SEEKED)])  # fmt: skip
def test_a_jump_of_over_two_seconds_is_a_seek(progress_s: float, change: Change) -> None:
    """Less is the lag of the API, which differs from answer to answer."""
    session, changes = after([(0, playing(A, 10)), (5, playing(A, progress_s))])

    assert changes[1] is change
    assert session.position_at(5) == round(progress_s * 1000)


def test_the_same_track_again_is_a_repeat() -> None:
    """Repeat-one restarts near 0 without another uri; that is a new play, not a seek."""
    session, changes = after([(0, playing(A, 190)), (11.1, playing(A, 1.1))])

    assert changes[1] is Change.REPEATED
    assert session.since_s == 11.1


def test_a_seek_backwards_in_mid_item_is_no_repeat() -> None:
    """Going back before the end is the same play."""
    _, changes = after([(0, playing(A, 100)), (5, playing(A, 3))])

    assert changes[1] is Change.SEEKED


@pytest.mark.parametrize("progress_s", [0, 40])
def test_a_pause_that_moved_begins_anew(progress_s: float) -> None:
    """Who moved it, or played on unseen and paused again, was there a moment ago."""
    session, changes = after([(0, paused(A, 10)), (300, paused(A, progress_s))])

    assert changes[-1] is Change.SEEKED
    assert session.since_s == 300


@pytest.mark.parametrize("late", [playing(A, 105), playing(A, 100), paused(A, 104)])
def test_a_late_answer_after_a_skip_is_one_change(late: Playback) -> None:
    """A-B-A-B from servers that do not agree yet is one skip from A to B."""
    looks = [(0, playing(A, 100)), (3, playing(B, 1)), (5, late), (7, playing(B, 5))]

    session, changes = after(looks)

    assert changes == [Change.STARTED, Change.ITEM, Change.DOUBTED, Change.NONE]
    assert session.item == B


def test_a_late_answer_after_a_seek_is_one_change() -> None:
    """The old position once more does not undo a seek."""
    looks = [(0, playing(A, 100)), (3, playing(A, 20)), (5, playing(A, 105)), (7, playing(A, 24))]

    _, changes = after(looks)

    assert changes[1:] == [Change.SEEKED, Change.DOUBTED, Change.NONE]


def test_going_back_for_real_is_believed_on_the_second_look() -> None:
    """A podcast goes on where it was left: said twice, it is no late answer."""
    looks = [(0, playing(A, 100)), (3, playing(B, 1)), (5, playing(A, 103)), (7, playing(A, 105))]

    session, changes = after(looks)

    assert changes[2:] == [Change.DOUBTED, Change.ITEM]
    assert session.item == A


def test_the_previous_button_is_believed_at_once() -> None:
    """It starts the former track from the beginning, which no late answer would say."""
    _, changes = after([(0, playing(A, 100)), (3, playing(B, 1)), (5, playing(A, 0.4))])

    assert changes[2] is Change.ITEM


def test_the_former_item_is_believed_at_once_when_the_change_is_long_ago() -> None:
    """After ten seconds no server is that late."""
    _, changes = after([(0, playing(A, 100)), (3, playing(B, 1)), (15, playing(A, 103))])

    assert changes[2] is Change.ITEM


def test_a_private_session_is_believed_at_once_without_an_item_too() -> None:
    """In a private session the item may be null: no second look may be waited for."""
    session, changes = after([(0, playing(A, 10)), (5, PRIVATE_UNKNOWN)])

    assert changes[1] is Change.UNKNOWN
    assert session.playback.is_private


def test_an_answer_that_knows_nothing_does_not_end_a_private_session() -> None:
    """Without an item there is often no device either, and so no word of privacy."""
    session, _ = after([(0, playing(A, 10, is_private=True)), (5, UNKNOWN), (7, UNKNOWN)])

    assert session.playback.is_private


def test_the_end_of_a_private_session_needs_a_second_look() -> None:
    """A late answer from before the private session must not uncover it."""
    looks = [(0, playing(A, 10)), (5, playing(A, 15, is_private=True)), (10, playing(A, 20))]

    once, changes = after(looks)
    twice, _ = after([(12, playing(A, 22))], once)

    assert changes[2] is Change.DOUBTED
    assert once.playback.is_private
    assert not twice.playback.is_private
