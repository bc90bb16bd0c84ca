"""What counts as late, as wrong, and as whose fault."""

import pytest
from replay.day import NOTHING, Audience, Cause, Day, Face, Mark
from replay.score import AHEAD, Replayed, Score, Showing, quantile

A, B = Face("a", playing=True), Face("b", playing=True)
PAUSED = Face("a", playing=False)


def mark(at_s: float, face: Face, cause: Cause) -> Mark:
    """Return a change to ``face``."""
    return Mark(
        at_s=at_s,
        uri=face.uri,
        playing=face.playing,
        duration_s=200.0,
        position_s=0.0,
        cause=cause,
        next=None,
    )


def day(*changes: Mark, audiences: tuple[tuple[float, int], ...] = ((0.0, 1),)) -> Day:
    """Return a day that begins silent; one viewer all day unless told otherwise."""
    return Day(
        marks=(mark(0.0, NOTHING, Cause.START), *changes),
        audiences=tuple(Audience(at_s, viewers) for at_s, viewers in audiences),
    )


def score(of: Day, *shown: tuple[float, Face], calls: int = 0) -> Score:
    """Return the score of what was shown from when on."""
    showing = Showing()
    for at_s, face in shown:
        showing.show(face, at_s)
    scored = Score()
    scored.add(of, Replayed(calls=calls, showing=showing))
    return scored


START = mark(100.0, A, Cause.START)
SKIP = mark(200.0, B, Cause.SKIP)
STOP = mark(300.0, NOTHING, Cause.STOP)


def test_latency_is_from_change_to_first_publication() -> None:
    """A change is late by the time until it was shown first."""
    scored = score(day(START, SKIP, STOP), (100.5, A), (203.0, B), (301.0, NOTHING))

    assert scored.latencies_s == {Cause.START: [0.5], Cause.SKIP: [3.0], Cause.STOP: [1.0]}


def test_latency_of_a_change_never_shown_lasts_until_the_next() -> None:
    """What was overtaken before it was shown is late by its whole life."""
    scored = score(day(START, SKIP, STOP), (100.0, A), (300.0, NOTHING))

    assert scored.latencies_s[Cause.SKIP] == [100.0]


def test_latency_is_zero_when_shown_ahead() -> None:
    """A guess that was right is not late, but its early seconds are wrong."""
    scored = score(day(START, SKIP, STOP), (100.0, A), (198.0, B), (300.0, NOTHING))

    assert scored.latencies_s[Cause.SKIP] == [0.0]
    assert scored.wrong_s == {AHEAD: 2.0}


def test_change_nobody_watches_has_no_latency() -> None:
    """A latency is somebody's."""
    watched_later = day(START, SKIP, STOP, audiences=((250.0, 1),))

    scored = score(watched_later, (110.0, A), (210.0, B))

    assert scored.latencies_s == {Cause.STOP: [86_100.0]}


def test_wrong_seconds_are_weighted_by_viewers() -> None:
    """Two who see something wrong count twice."""
    crowded = day(START, SKIP, audiences=((100.0, 1), (201.0, 2), (300.0, 0)))

    scored = score(crowded, (100.0, A), (203.0, B))

    assert scored.wrong_s == {Cause.SKIP: 1.0 + 2 * 2.0}
    assert scored.viewer_s == 101.0 + 2 * 99.0


def test_wrong_rate_is_per_viewer_hour() -> None:
    """The rate does not depend on how long anybody watched."""
    scored = score(day(START, audiences=((0.0, 1), (7200.0, 0))), (110.0, A))

    assert scored.wrong_s_per_viewer_hour == pytest.approx(5.0)


def test_long_pause_shown_as_nothing_is_excused() -> None:
    """The contract ends a pause after ten minutes; only what is earlier is wrong."""
    paused = day(START, mark(200.0, PAUSED, Cause.PAUSE), mark(1000.0, A, Cause.RESUME))

    scored = score(paused, (100.0, A), (200.0, PAUSED), (795.0, NOTHING), (1000.0, A))

    assert scored.wrong_s == {AHEAD: 5.0}
    assert scored.excused_s == 200.0
    assert scored.strict_s_per_viewer_hour == pytest.approx(205 / scored.viewer_s * 3600)


def test_calls_are_averaged_over_days() -> None:
    """Calls count per day, however many days there were."""
    scored = score(day(START), calls=100)

    scored.add(day(START), Replayed(calls=300, showing=Showing()))

    assert scored.calls_per_day == 200.0


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 2.0), (0.95, 3.0), (1.0, 4.0)])
def test_quantile_is_one_of_the_values(share: float, expected: float) -> None:
    """A latency that is reported did happen."""
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == expected


def test_quantile_of_nothing_is_unknown() -> None:
    """No change of a kind is not a latency of zero."""
    assert quantile([], 0.5) is None
