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

LIMITED = RateLimited(60.0, is_quota=False)


def failed(before: Setbacks, error: TonearmError) -> Setbacks:
    """Return what one more failure leaves."""
    return after_failure(before, error, chance=0.0)


def shown(setbacks: Setbacks, *, gate_at: int | None = None) -> Health:
    """Return the health that viewers are shown."""
    return setbacks.shown(limited_until_at=gate_at, is_late=False).health


def test_a_429_is_limited_for_as_long_as_the_gate_says() -> None:
    """What the gate tells is what was kept on disk."""
    setbacks = failed(Setbacks(), LIMITED)

    assert shown(setbacks, gate_at=1) is Health.LIMITED
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
