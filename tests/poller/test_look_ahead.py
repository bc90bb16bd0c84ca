"""Guesses: when one is made, when it is shown, and what becomes of it."""

from typing import Any

import pytest
from msgspec.structs import replace
from observations import STOPPED, after, paused, playing, track

from tonearm.poller.changes import Change, observe
from tonearm.poller.errors import RateLimited, Refused, RefusedReason, TonearmError
from tonearm.poller.listening import Session
from tonearm.poller.look_ahead import (
    OFF_S,
    REFUSED_OFF_S,
    SKIPPED_ENDS,
    UNCONFIRMED_S,
    LookAhead,
    after_failure,
    after_look,
    after_queue,
    guessed,
    turns_s,
    wants_queue,
)
from tonearm.poller.parse import Queue
from tonearm.poller.playback import Item, Observation, Playback, Repeat

A, B, C = track("A"), track("B"), track("C")
END_S = 200.0


def nearly_over(**others: Any) -> Session:
    """Return what is believed four seconds before the end of A."""
    session, _ = after([(196.0, replace(playing(A, 196), **others))])
    return session


def asked(
    queue: Queue | None = None, session: Session | None = None, ahead: LookAhead | None = None
) -> LookAhead:
    """Return what is guessed after the queue's answer."""
    return after_queue(
        ahead or LookAhead(),
        queue or Queue(current=A, upcoming=(B, C)),
        session or nearly_over(),
        END_S,
        fresh_s=5.0,
    )


def looked(ahead: LookAhead, at_s: float, playback: Playback) -> LookAhead:
    """Return what is still guessed after a look."""
    before = nearly_over()
    session, change = observe(before, Observation(playback=playback, seen_s=at_s, seen_at=0))
    return after_look(ahead, before, session, change)


def item_shown(ahead: LookAhead, now_s: float) -> Item | None:
    """Return the item that is shown in the place of A."""
    session = guessed(ahead, nearly_over(), now_s)
    return None if session is None else session.item


def test_the_next_item_is_shown_at_the_predicted_end() -> None:
    """Not a moment sooner, and from its beginning."""
    ahead = asked()

    assert item_shown(ahead, END_S - 0.01) is None
    assert item_shown(ahead, END_S) == B
    assert turns_s(ahead, 199.0) == END_S
    session = guessed(ahead, nearly_over(), END_S + 1)
    assert session is not None
    assert session.is_guess
    assert session.position_at(END_S + 1) == 1_000


@pytest.mark.parametrize(
    "queue",
    [
        Queue(current=A, upcoming=()),
        Queue(current=B, upcoming=(C,)),  # the player is further than we are
        Queue(current=None, upcoming=(B,)),
        Queue(current=A, upcoming=(A, B)),
    ],
)
def test_a_weak_answer_is_no_guess(queue: Queue) -> None:
    """An empty queue, another item playing, the same item again."""
    assert asked(queue).guess is None


@pytest.mark.parametrize(
    "session",
    [
        nearly_over(is_private=True),
        nearly_over(repeat=Repeat.TRACK),
        after([(190.0, playing(A, 190))])[0],  # older than one wait by then
        after([(190.0, playing(A, 190)), (196.0, STOPPED)])[0],  # in doubt
        after([(196.0, paused(A, 190))])[0],
    ],
    ids=["private", "repeat one", "old look", "doubted", "paused"],
)
def test_nothing_is_guessed_of_a_weak_session(session: Session) -> None:
    """Better late than wrong."""
    assert asked(session=session).guess is None


def test_the_queue_is_asked_once_for_each_end() -> None:
    """Also when its answer was weak."""
    session = nearly_over()

    assert wants_queue(LookAhead(), session, END_S)
    assert not wants_queue(asked(Queue(current=A, upcoming=())), session, END_S)
    assert wants_queue(asked(), session, END_S + 180)


def test_a_look_that_agrees_confirms_the_guess() -> None:
    """From then on it is what is believed."""
    ahead = looked(asked(), 201.1, playing(B, 1.1))

    assert (ahead.guess, ahead.right, ahead.wrong) == (None, 1, 0)


def test_a_look_at_another_item_corrects_the_guess() -> None:
    """And it is counted."""
    ahead = looked(asked(), 201.1, playing(C, 1.1))

    assert (ahead.guess, ahead.right, ahead.wrong) == (None, 0, 1)


def test_the_old_item_is_no_refutation_for_three_seconds() -> None:
    """The API lags by up to two."""
    late = looked(asked(), 202.6, playing(A, 200))
    refuted = looked(asked(), 203.2, playing(A, 200))

    assert late.guess is not None
    assert (refuted.guess, refuted.wrong) == (None, 1)


@pytest.mark.parametrize(
    "playback",
    [playing(A, 20), paused(A, 197), playing(C, 1), replace(playing(A, 197), repeat=Repeat.TRACK)],
    ids=["seek", "pause", "skip", "repeat"],
)
def test_a_change_before_the_end_takes_the_guess_back(playback: Playback) -> None:
    """It was not wrong, it became weak."""
    ahead = looked(asked(), 197.0, playback)

    assert (ahead.guess, ahead.wrong) == (None, 0)


def test_wrong_guesses_make_the_next_ones_more_careful() -> None:
    """Shuffle, a radio, a queue that lies: some ends go by without a guess, then it tries again."""
    ahead = LookAhead()
    for _ in range(2):
        ahead = looked(asked(ahead=replace(ahead, guess=None)), 201.1, playing(C, 1.1))

    guesses = []
    for _ in range(SKIPPED_ENDS + 1):
        ahead = asked(ahead=ahead)
        guesses.append(ahead.guess is not None)

    assert guesses == [False] * SKIPPED_ENDS + [True]


@pytest.mark.parametrize(
    ("error", "off_s"),
    [
        (Refused(RefusedReason.SCOPE), REFUSED_OFF_S),
        (RateLimited(7.0, is_quota=False), OFF_S),
    ],
)
def test_a_queue_that_is_refused_is_left_alone(error: TonearmError, off_s: float) -> None:
    """It is a nicety, and must not cost a cooldown."""
    ahead = after_failure(LookAhead(), error, END_S)

    assert not wants_queue(ahead, nearly_over(), END_S + off_s - 1)
    assert wants_queue(ahead, nearly_over(), END_S + off_s + 1)


def test_a_guess_that_nothing_confirms_is_taken_back() -> None:
    """Spotify may be out of reach just now."""
    assert item_shown(asked(), END_S + UNCONFIRMED_S) is None


def test_a_doubt_leaves_the_guess_open() -> None:
    """The next look decides."""
    before = nearly_over()
    doubted = replace(before, doubted_since_s=201.0, seen_s=201.0)

    assert after_look(asked(), before, doubted, Change.DOUBTED).guess is not None
