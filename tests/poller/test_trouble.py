"""What each failure makes of the published health."""

import pytest

from tonearm.poller.errors import (
    BadAnswer,
    CoolingDown,
    InvalidClient,
    InvalidGrant,
    LoginNeeded,
    Refused,
    RefusedReason,
    ServerTrouble,
    StateUnwritable,
    TonearmError,
    Unauthorized,
    Unreachable,
)
from tonearm.poller.playback import Health
from tonearm.poller.trouble import Trouble, trouble_after

FINE = Trouble()


@pytest.mark.parametrize(
    ("trouble", "health"),
    [
        (Trouble(), Health.OK),
        (Trouble(is_late=True), Health.STALE),
        (Trouble(is_late=True, is_unreachable=True), Health.OFFLINE),
        (Trouble(is_unreachable=True, limited_until_at=1), Health.LIMITED),
        (Trouble(limited_until_at=1, refused=RefusedReason.OTHER), Health.REFUSED),
        (Trouble(refused=RefusedReason.OTHER, needs_login=True), Health.LOGIN_NEEDED),
    ],
)
def test_the_first_that_applies_is_the_health(trouble: Trouble, health: Health) -> None:
    """What the owner must mend comes before what mends itself."""
    assert trouble.health is health


@pytest.mark.parametrize(
    ("error", "health"),
    [
        (LoginNeeded(), Health.LOGIN_NEEDED),
        (Refused(RefusedReason.PREMIUM), Health.REFUSED),
        (InvalidClient(), Health.REFUSED),
        (Unreachable("dns"), Health.OK),
        (BadAnswer("not JSON"), Health.OK),
        (InvalidGrant(), Health.OK),
    ],
)
def test_only_what_mends_itself_may_be_a_hiccup(error: TonearmError, health: Health) -> None:
    """One failed look is nothing to show; a grant that is dead is known at once."""
    assert trouble_after(error, 1, FINE).health is health


def test_two_looks_without_an_answer_are_offline() -> None:
    """The network is down, and viewers may know."""
    assert trouble_after(Unreachable("timeout"), 2, FINE).health is Health.OFFLINE


@pytest.mark.parametrize(
    "error",
    [
        BadAnswer("HTML"),
        ServerTrouble(503),
        Unauthorized(),
        InvalidGrant(),
        CoolingDown(1),
        StateUnwritable("The disk is full."),
    ],
)
def test_three_looks_without_success_are_stale(error: TonearmError) -> None:
    """Spotify answers, but nothing that could be shown."""
    assert trouble_after(error, 2, FINE).health is Health.OK
    assert trouble_after(error, 3, FINE).health is Health.STALE


@pytest.mark.parametrize(
    "before", [Trouble(is_unreachable=True), Trouble(refused=RefusedReason.SCOPE)]
)
def test_a_failure_never_makes_things_look_better(before: Trouble) -> None:
    """One answer in HTML after a refusal does not mean that all is well."""
    assert trouble_after(BadAnswer("HTML"), 2, before) == before
