"""What the modelled API tells, and how old it is."""

from random import Random

import pytest
from replay.day import NOTHING, Audience, Cause, Day, Face, Mark
from replay.model import Lag, Model

DAY = Day(
    marks=(
        Mark(
            at_s=0.0,
            uri=None,
            playing=False,
            duration_s=0.0,
            position_s=0.0,
            cause=Cause.START,
            next=None,
        ),
        Mark(
            at_s=100.0,
            uri="a",
            playing=True,
            duration_s=200.0,
            position_s=50.0,
            cause=Cause.START,
            next="b",
        ),
        Mark(
            at_s=300.0,
            uri="a",
            playing=False,
            duration_s=200.0,
            position_s=0.0,
            cause=Cause.PAUSE,
            next="c",
        ),
    ),
    audiences=(Audience(0.0, 0),),
)


def model(*, lag_s: float = 1.0) -> Model:
    """Return the API with one lag for all answers."""
    return Model(DAY, Random(1), Lag(lag_s, lag_s))


def test_look_tells_what_was_a_lag_ago() -> None:
    """A change younger than the lag is not told yet."""
    assert model(lag_s=1.0).look(100.9).face == NOTHING
    assert model(lag_s=1.0).look(101.1).face == Face("a", playing=True)


def test_progress_is_run_on_to_the_question() -> None:
    """Item and status lag, progress does not."""
    assert model().look(110.0).progress_s == pytest.approx(60.0)


def test_progress_ends_with_the_item() -> None:
    """An item that is told beyond its end stands at its end."""
    answer = model().look(260.0)

    assert answer.progress_s == 200.0
    assert answer.left_s == 0.0


def test_progress_stands_while_paused() -> None:
    """A pause keeps its position."""
    assert model().look(350.0).progress_s == 0.0


def test_queue_lags_too() -> None:
    """The queue tells of what was a lag ago, both what plays and what comes."""
    assert model().queue(300.5) == ("a", "b")
    assert model().queue(301.5) == ("a", "c")


def test_lag_is_drawn_anew_within_its_bounds() -> None:
    """Of many looks shortly after a change some tell of it and some do not yet."""
    drawn = Model(DAY, Random(1), Lag(0.3, 1.1))

    told = {drawn.look(100.7).face for _ in range(50)}

    assert told == {NOTHING, Face("a", playing=True)}
    assert drawn.look(100.29).face == NOTHING
    assert drawn.look(101.11).face == Face("a", playing=True)
