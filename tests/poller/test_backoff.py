"""How long the token endpoint is left alone after a failure."""

import pytest

from tonearm.poller.backoff import Backoff
from tonearm.poller.errors import (
    InvalidClient,
    InvalidGrant,
    RateLimited,
    ServerTrouble,
    StateUnwritable,
    TonearmError,
)


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_waits_grow_from_two_seconds_to_a_minute(jitter: float) -> None:
    """Jittered, never shorter than 2 s, never longer than 60 s."""
    backoff = Backoff(lambda: jitter)

    waits = [backoff.note(ServerTrouble(503), now_s=0.0) for _ in range(2000)]

    assert waits == sorted(waits)
    assert waits[0] >= 2.0
    assert waits[-1] == 2.0 + jitter * 58.0


@pytest.mark.parametrize(
    ("error", "wait_s"), [(InvalidGrant(), 30.0), (InvalidClient(), 60.0), (StateUnwritable(), 3.0)]
)
def test_each_kind_of_failure_has_its_wait(error: TonearmError, wait_s: float) -> None:
    """A refusal is confirmed after half a minute, settings are tried again once a minute."""
    assert Backoff(lambda: 0.5).note(error, now_s=0.0) == wait_s


@pytest.mark.parametrize(
    ("retry_after_s", "is_quota", "least_s"),
    [(79_892.0, True, 79_892.0), (None, False, 30.0), (None, True, 900.0)],
)
def test_retry_after_is_a_floor(
    retry_after_s: float | None, is_quota: bool, least_s: float
) -> None:
    """However long it is; without one the gate's own floor counts."""
    backoff = Backoff(lambda: 0.0)

    wait_s = backoff.note(RateLimited(retry_after_s, is_quota=is_quota), now_s=0.0)

    assert least_s <= wait_s <= least_s + 5


def test_only_limits_in_a_row_make_a_limit_without_an_end_longer() -> None:
    """An hour offline and then one 429 of a proxy must not cost a day."""
    backoff = Backoff(lambda: 0.0)
    for _ in range(60):
        backoff.note(ServerTrouble(503), now_s=0.0)

    waits_s = [backoff.note(RateLimited(None, is_quota=False), now_s=0.0) for _ in range(3)]

    assert waits_s == [31.0, 61.0, 121.0]


def test_a_limit_is_told_again_with_what_is_left_of_it() -> None:
    """A caller who takes it up must not begin the wait anew."""
    backoff = Backoff(lambda: 0.0)
    backoff.note(RateLimited(300.0, is_quota=False), now_s=1000.0)

    failure = backoff.failure(now_s=1200.0)

    assert isinstance(failure, RateLimited)
    assert failure.retry_after_s == pytest.approx(101.0)


def test_nothing_is_told_when_the_wait_is_over() -> None:
    """Then it is time to try again."""
    backoff = Backoff(lambda: 0.0)
    wait_s = backoff.note(ServerTrouble(503), now_s=0.0)

    assert backoff.failure(now_s=wait_s - 0.001) is not None
    assert backoff.failure(now_s=wait_s) is None


def test_a_success_starts_the_waits_anew() -> None:
    """One good answer and the next failure is a first one."""
    backoff = Backoff(lambda: 1.0)
    first_s = backoff.note(ServerTrouble(503), now_s=0.0)
    backoff.note(ServerTrouble(503), now_s=0.0)

    backoff.clear()

    assert backoff.failure(now_s=0.0) is None
    assert backoff.note(ServerTrouble(503), now_s=0.0) == first_s
