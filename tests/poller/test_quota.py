"""How long Spotify is left alone, and how that survives restarts and wrong clocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.poller.errors import RateLimited
from tonearm.poller.quota import Cooldown, cooldown_after, resumed

NOW_AT = 1_795_000_000_000
TEN_YEARS_MS = 10 * 365 * 86_400_000


def cooldown(retry_after_s: float | None, *, is_quota: bool = False, strikes: int = 0) -> Cooldown:
    """Return the cooldown that a 429 starts at monotonic second 100 of boot "one"."""
    error = RateLimited(retry_after_s, is_quota=is_quota)
    return cooldown_after(error, strikes=strikes, now_s=100.0, now_at=NOW_AT, boot_id="one")


def wait_s(kept: Cooldown) -> float:
    """Return how long ``kept`` lasts from its begin."""
    return kept.until_s - 100.0


@pytest.mark.parametrize("retry_after_s", [1.0, 79_892.0, 600_000.0])
def test_a_retry_after_is_honoured_in_full(retry_after_s: float) -> None:
    """Lock-outs of 22 hours are real; a second is added for those that are cut to whole ones."""
    kept = cooldown(retry_after_s)

    assert wait_s(kept) == retry_after_s + 1.0
    assert kept.until_at == NOW_AT + round((retry_after_s + 1.0) * 1000)


@pytest.mark.parametrize(("is_quota", "first_s"), [(False, 30.0), (True, 900.0)])
def test_waits_double_when_spotify_names_none(is_quota: bool, first_s: float) -> None:
    """Thirty seconds at first, for the daily quota a quarter of an hour."""
    waits_s = [
        wait_s(cooldown(None, is_quota=is_quota, strikes=strikes)) - 1.0 for strikes in range(3)
    ]

    assert waits_s == [first_s, 2 * first_s, 4 * first_s]


def test_a_wait_of_our_own_is_never_longer_than_a_day() -> None:
    """However often it was refused."""
    assert wait_s(cooldown(None, strikes=1_000)) == 86_401.0


def test_a_short_retry_after_is_no_licence_to_ask_for_ever() -> None:
    """Refused again after waiting as told, the wait grows all the same."""
    waits_s = [wait_s(cooldown(1.0, strikes=strikes)) for strikes in range(4)]

    assert waits_s == [2.0, 61.0, 121.0, 241.0]


def test_each_refusal_is_counted() -> None:
    """The next one follows from it."""
    assert cooldown(None, strikes=2).strikes == 3


@given(
    st.none() | st.floats(0.001, 7 * 86_400),
    st.booleans(),
    st.integers(0, 10_000),
)
def test_no_cooldown_is_shorter_than_asked(
    retry_after_s: float | None, is_quota: bool, strikes: int
) -> None:
    """Retry-After is a floor."""
    kept = cooldown(retry_after_s, is_quota=is_quota, strikes=strikes)

    assert wait_s(kept) >= (retry_after_s or 30.0)


@pytest.mark.parametrize("jump_ms", [-TEN_YEARS_MS, 0, TEN_YEARS_MS])
def test_a_restart_on_the_same_boot_goes_by_the_monotonic_clock(jump_ms: int) -> None:
    """Whatever the wall clock says meanwhile."""
    kept = cooldown(3_600.0)

    again = resumed(kept, now_s=2_000.0, now_at=NOW_AT + jump_ms, boot_id="one")

    assert again.until_s == kept.until_s


def test_a_restart_on_another_boot_goes_by_the_wall_clock() -> None:
    """The monotonic clock began again; of 3,601 s half an hour is over."""
    kept = cooldown(3_600.0)

    again = resumed(kept, now_s=20.0, now_at=NOW_AT + 1_800_000, boot_id="two")

    assert again.until_s == 20.0 + 1_801.0
    assert again.until_at == kept.until_at
    assert again.boot_id == "two"


def test_a_wall_clock_that_went_back_makes_no_cooldown_longer() -> None:
    """A machine without a battery for its clock boots in the past."""
    again = resumed(cooldown(3_600.0), now_s=20.0, now_at=NOW_AT - TEN_YEARS_MS, boot_id="two")

    assert again.until_s == 20.0 + 3_601.0


def test_a_wall_clock_ten_years_ahead_ends_a_cooldown_and_no_more() -> None:
    """Nothing else can be known; the next 429 would tell."""
    again = resumed(cooldown(3_600.0), now_s=20.0, now_at=NOW_AT + TEN_YEARS_MS, boot_id="two")

    assert again.until_s == 20.0


@given(st.floats(1, 86_400), st.lists(st.integers(0, 3_600_000), max_size=20))
def test_restarts_neither_shorten_nor_lengthen_a_cooldown(
    retry_after_s: float, steps_ms: list[int]
) -> None:
    """A machine that reboots all the time asks no sooner; the sum of its waits is the wait."""
    kept = cooldown(retry_after_s)
    now_at = NOW_AT

    for boot, step_ms in enumerate(steps_ms):
        now_at += step_ms
        kept = resumed(kept, now_s=10.0, now_at=now_at, boot_id=f"boot {boot}")

    left_ms = max(0, NOW_AT + round((retry_after_s + 1.0) * 1000) - now_at)
    if steps_ms:
        assert kept.until_s - 10.0 == pytest.approx(left_ms / 1000, abs=0.001)
