"""Counting calls in a rolling window."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.poller.attendance import Attendance
from tonearm.poller.calls import DAY_S, SLACK_S, Calls, Endpoint


def called(*instants_s: float) -> Calls:
    """Return calls at these instants."""
    calls = Calls()
    for at_s in instants_s:
        calls.add(Endpoint.PLAYER, at_s)
    return calls


def test_a_call_counts_for_a_day() -> None:
    """And a moment longer: Spotify hears of it a moment after it was counted."""
    calls = called(0.0, 100.0)

    assert calls.count(100.0) == 2
    assert calls.count(DAY_S + SLACK_S + 1) == 1
    assert calls.count(DAY_S + SLACK_S + 101) == 0


def test_calls_are_told_by_endpoint() -> None:
    """Spotify counts in buckets that nobody knows."""
    calls = called(0.0, 1.0)
    calls.add(Endpoint.QUEUE, 2.0)

    assert calls.by_endpoint(3.0) == {Endpoint.PLAYER: 2, Endpoint.QUEUE: 1}
    assert calls.count_of(Endpoint.QUEUE, 3.0) == 1


@pytest.mark.parametrize(
    ("limit", "allowed_s"),
    [(4, None), (3, DAY_S + SLACK_S), (2, DAY_S + SLACK_S + 10), (0, DAY_S + SLACK_S + 20)],
)
def test_the_next_call_waits_until_enough_are_a_day_old(
    limit: int, allowed_s: float | None
) -> None:
    """The ceiling holds in every 24 hours, not in every day of the calendar."""
    assert called(0.0, 10.0, 20.0).allows_s(limit, 30.0) == allowed_s


@given(st.lists(st.floats(0, 3_000), max_size=300), st.integers(1, 20))
def test_no_window_ever_holds_more_than_the_limit(steps_s: list[float], limit: int) -> None:
    """Whoever asks before each call exceeds it in no 24 hours, however the calls come."""
    calls, made, now_s = Calls(), [], 0.0
    for step_s in steps_s:
        now_s += step_s
        if calls.allows_s(limit, now_s) is None:
            calls.add(Endpoint.PLAYER, now_s)
            made.append(now_s)

    for first_s, over_s in zip(made, made[limit:], strict=False):
        assert over_s - first_s >= DAY_S
    assert all(earlier <= later for earlier, later in pairwise(made))


def test_old_calls_are_forgotten() -> None:
    """A month costs no more memory than a day."""
    calls = Calls()
    for number in range(20_000):
        calls.add(Endpoint.PLAYER, number * 300.0)

    assert len(calls._at_s) < 1_000


def test_attendance_knows_how_long_somebody_watched() -> None:
    """Visits, a long stay, and the one that lasts; all within a day."""
    attendance = Attendance()
    for at_s, is_watched in ((0, True), (60, False), (1_000, True), (5_000, False), (6_000, True)):
        attendance.note(at_s, is_watched=is_watched)

    watched = attendance.watched(6_100.0)

    assert watched == (4_160.0, 100.0, 4_000.0)


def test_attendance_forgets_after_a_day() -> None:
    """What was watched yesterday says nothing of what is left today."""
    attendance = Attendance()
    attendance.note(0, is_watched=True)
    attendance.note(1_000, is_watched=False)

    attendance.note(DAY_S + 2_000, is_watched=False)

    assert attendance.watched(DAY_S + 2_000) == (0.0, 0.0, 0.0)
