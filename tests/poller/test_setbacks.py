"""What failed looks leave behind, and what of it is shown."""

from tonearm.poller.errors import (
    LoginNeeded,
    RateLimited,
    Refused,
    RefusedReason,
    TonearmError,
    Unreachable,
)
from tonearm.poller.playback import Health
from tonearm.poller.setbacks import (
    Setbacks,
    after_failure,
    after_login,
    after_logout,
    hindered,
)
from tonearm.poller.situation import Situation

NOW_AT = 1_000_000
LIMITED = RateLimited(60.0, is_quota=False)


def failed(before: Setbacks, error: TonearmError, *, is_gated: bool = False) -> Setbacks:
    """Return what one more failure leaves."""
    return after_failure(before, error, is_gated=is_gated, now_at=NOW_AT, chance=0.0)


def shown(setbacks: Setbacks, *, gate_at: int | None = None, now_at: int = NOW_AT) -> Health:
    """Return the health that viewers are shown."""
    trouble = setbacks.shown(limited_until_at=gate_at, is_late=False, now_at=now_at)
    return trouble.health


def test_a_429_without_a_gate_is_limited_until_it_is_over() -> None:
    """The token endpoint has no gate that could tell."""
    setbacks = failed(Setbacks(), LIMITED)

    assert shown(setbacks) is Health.LIMITED
    assert shown(setbacks, now_at=NOW_AT + 60_000) is Health.OK


def test_a_429_behind_the_gate_is_limited_for_as_long_as_the_gate_says() -> None:
    """What the gate tells is what was kept on disk."""
    setbacks = failed(Setbacks(), LIMITED, is_gated=True)

    assert shown(setbacks, gate_at=NOW_AT + 1) is Health.LIMITED
    assert shown(setbacks) is Health.OK


def test_only_what_is_new_is_news() -> None:
    """A long outage fills no journal."""
    first = failed(Setbacks(), Unreachable("dns"))
    second = failed(first, Unreachable("dns"))
    third = failed(second, Unreachable("dns"))

    assert [each.is_news for each in (first, second, third)] == [True, True, False]
    assert third.failures == 3


def test_a_login_clears_what_was_in_the_way() -> None:
    """The last error is told until a look has succeeded."""
    refused = failed(Setbacks(), Refused(RefusedReason.PREMIUM))

    cleared = after_login(refused)

    assert hindered(Situation(), refused).is_refused
    assert hindered(Situation(is_refused=True, retry_s=5.0), cleared) == Situation()
    assert cleared.last_error is refused.last_error


def test_a_logout_needs_a_login() -> None:
    """Whatever else was wrong."""
    setbacks = after_logout(failed(Setbacks(), LIMITED))

    assert shown(setbacks) is Health.LOGIN_NEEDED
    assert isinstance(setbacks.last_error, LoginNeeded)
    assert hindered(Situation(), setbacks) == Situation(needs_login=True)
