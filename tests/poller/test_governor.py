"""Ceilings, learned and set, and how waits grow before they are reached."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.poller.calls import DAY_S, Calls, Endpoint
from tonearm.poller.errors import RateLimited
from tonearm.poller.governor import (
    LEAST_CEILING,
    MOST_STRETCH,
    MOST_UNWATCHED_STRETCH,
    Lessons,
    Refusal,
    Watched,
    burst_ceiling,
    learned_ceiling,
    rations_until_s,
    stretch,
    taught,
)

QUOTA = RateLimited(48_925.0, is_quota=True)
SHORT = RateLimited(7.0, is_quota=False)


def used(count: int, *, until_s: float = 10_000.0, within_s: float = 9_000.0) -> Calls:
    """Return so many calls, evenly spread over ``within_s`` up to ``until_s``."""
    calls = Calls()
    for number in range(count):
        calls.add(Endpoint.PLAYER, until_s - within_s * (1 - number / max(1, count - 1)))
    return calls


def test_a_refusal_teaches_a_ceiling_below_its_count() -> None:
    """The first lock-out is to be the last."""
    lessons = taught(Lessons(), QUOTA, used(600), 10_000.0)

    learned = learned_ceiling(lessons, 10_000.0)

    assert learned is not None
    assert 480 <= learned <= 540


@pytest.mark.parametrize("days", [0, 1, 10, 29.9])
def test_a_learned_ceiling_stays_under_nine_tenths_for_a_month(days: float) -> None:
    """It is raised again slowly, and not too far."""
    lessons = taught(Lessons(), QUOTA, used(1_200), 10_000.0)

    learned = learned_ceiling(lessons, 10_000.0 + days * DAY_S)

    assert learned is not None
    assert learned <= 0.9 * 1_200


def test_a_learned_ceiling_is_doubted_later_and_forgotten_at_last() -> None:
    """Spotify may have become more generous."""
    lessons = taught(Lessons(), QUOTA, used(1_200), 10_000.0)

    after_days = [learned_ceiling(lessons, 10_000.0 + days * DAY_S) for days in (30, 40, 50, 90)]

    assert after_days[0] is not None
    assert after_days[1] is not None
    assert after_days[2] is not None
    assert after_days[0] < after_days[1] < after_days[2]
    assert after_days[3] is None


def test_the_lowest_refusal_counts() -> None:
    """A ceiling that was raised too far is lowered again, not replaced by a higher one."""
    lessons = Lessons(
        daily=(Refusal(calls=600, at_s=0.0), Refusal(calls=900, at_s=1_000.0)),
    )

    learned = learned_ceiling(lessons, 1_000.0)

    assert learned is not None
    assert learned < 600


def test_a_refusal_after_few_calls_leaves_enough_to_live_on() -> None:
    """Another program of the owner's used the quota up."""
    assert learned_ceiling(taught(Lessons(), QUOTA, used(3), 10_000.0), 10_000.0) == LEAST_CEILING


@pytest.mark.parametrize("error", [RateLimited(79_892.0, is_quota=False), QUOTA])
def test_a_long_wait_is_about_the_day(error: RateLimited) -> None:
    """Older answers give no reason."""
    assert taught(Lessons(), error, used(600), 10_000.0).daily


@pytest.mark.parametrize("error", [SHORT, RateLimited(None, is_quota=False)])
def test_a_short_refusal_teaches_a_ceiling_for_30_seconds(error: RateLimited) -> None:
    """As many calls as came in the window that was refused are too many."""
    calls = used(20, within_s=29.0)
    lessons = taught(Lessons(), error, calls, 10_000.0)

    burst = burst_ceiling(lessons, 10_000.0)
    opens_s = rations_until_s(calls, 1_000, lessons, 10_000.0)

    assert burst is not None
    assert burst < 20
    assert lessons.daily == ()
    assert opens_s is not None
    assert 10_000.0 < opens_s <= 10_000.0 + 32.0


def test_a_ceiling_for_30_seconds_is_forgotten_in_time() -> None:
    """One bad minute must not slow the service for ever."""
    lessons = taught(Lessons(), SHORT, used(20, within_s=29.0), 10_000.0)

    assert burst_ceiling(lessons, 10_000.0 + 30 * DAY_S) is None


def test_waits_are_as_aimed_at_while_there_are_plenty() -> None:
    """Who may ask often does."""
    longer = stretch(used(500), 6_000, Lessons(), 10_000.0, watched=Watched(3_000, 100), wait_s=5.0)

    assert (longer.watched, longer.unwatched) == (1.0, 1.0)


def test_waits_grow_smoothly_as_calls_run_out() -> None:
    """No step from full pace to nothing."""
    counts = range(20, 1_000, 20)
    longer = [
        stretch(used(count), 1_000, Lessons(), 10_000.0, watched=Watched(), wait_s=5.0).watched
        for count in counts
    ]

    assert longer == sorted(longer)
    assert longer[-1] == MOST_STRETCH
    assert all(later / sooner < 1.5 for sooner, later in pairwise(longer))


def test_unwatched_looks_are_cut_first() -> None:
    """Nobody sees them."""
    longer = stretch(used(100), 1_500, Lessons(), 10_000.0, watched=Watched(), wait_s=5.0)

    assert longer.unwatched > longer.watched > 1.0


@given(st.integers(0, 3_000), st.integers(1, 5_000), st.floats(0, DAY_S), st.floats(0, DAY_S))
def test_a_stretch_is_bounded_whatever_is_left(
    count: int, setting: int, day_s: float, now_s: float
) -> None:
    """Every wait ends."""
    calls = used(count) if count else Calls()
    watched = Watched(max(day_s, now_s), now_s, 0.0)

    longer = stretch(calls, setting, Lessons(), 10_000.0, watched=watched, wait_s=5.0)

    assert 1.0 <= longer.watched <= MOST_STRETCH
    assert 1.0 <= longer.unwatched <= MOST_UNWATCHED_STRETCH


@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 300))
def test_rations_end_when_one_more_call_is_allowed(count: int, setting: int, refused: int) -> None:
    """Neither earlier nor never."""
    calls = used(count) if count else Calls()
    lessons = Lessons(daily=(Refusal(calls=refused, at_s=10_000.0),))

    opens_s = rations_until_s(calls, setting, lessons, 10_000.0)

    if opens_s is not None:
        assert opens_s > 10_000.0
        assert rations_until_s(calls, setting, lessons, opens_s + 0.001) is None
