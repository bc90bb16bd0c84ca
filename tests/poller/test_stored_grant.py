"""What follows from what: refreshes, ends of tokens, and what may be shown."""

from dataclasses import replace

import pytest
from fake_clock import FakeClock
from token_answers import consent

from tonearm.poller.playback import Account
from tonearm.poller.secret import Secret
from tonearm.poller.stored_grant import AccessToken, granted, refreshed, view

ACCESS = AccessToken(
    token=Secret("access"), lifetime_s=3600.0, until_s=4600.0, until_at=3_600_000, boot_id="b"
)
GRANT = granted(consent(FakeClock()), Account(key="k", name="n"), generation=4)


@pytest.mark.parametrize(
    ("now_s", "now_at", "boot_id", "left_s"),
    [
        (1000.0, 0, "b", 3600.0),
        (4599.0, -(10**12), "b", 1.0),
        (4600.0, 0, "b", 0.0),
        (999.0, 0, "b", 0.0),
        (5.0, 0, "other", 3600.0),
        (5.0, 3_599_000, "other", 1.0),
        (5.0, 3_600_000, "other", 0.0),
        (5.0, -1, "other", 0.0),
    ],
)
def test_time_left_is_measured_on_the_clock_that_can_be_trusted(
    now_s: float, now_at: int, boot_id: str, left_s: float
) -> None:
    """Monotonic within a boot, the wall over a restart; more than it ever had is nothing."""
    assert ACCESS.left_s(now_s=now_s, now_at=now_at, boot_id=boot_id) == left_s


def test_a_rotation_keeps_the_token_before() -> None:
    """It is the last resort when an answer is lost."""
    grant = refreshed(GRANT, ACCESS, refresh_token=Secret("new"), scope="wider")

    assert grant.generation == 5
    assert grant.refresh_token == Secret("new")
    assert grant.prev_refresh_token == GRANT.refresh_token
    assert grant.access == ACCESS
    assert grant.scope == "wider"


@pytest.mark.parametrize("given", [None, GRANT.refresh_token])
def test_the_token_before_stays_when_nothing_was_rotated(given: Secret | None) -> None:
    """None returned, or the same one."""
    before = replace(GRANT, prev_refresh_token=Secret("older"))

    grant = refreshed(before, ACCESS, refresh_token=given, scope=None)

    assert grant.refresh_token == GRANT.refresh_token
    assert grant.prev_refresh_token == Secret("older")
    assert grant.scope == GRANT.scope


def test_a_refresh_does_not_change_the_day_of_the_consent() -> None:
    """Six months count from the login, not from the last refresh."""
    grant = refreshed(GRANT, ACCESS, refresh_token=Secret("new"), scope=None)

    assert grant.authorized_at == GRANT.authorized_at
    assert grant.account == GRANT.account


def test_view_shows_no_token() -> None:
    """It goes to status and health."""
    shown = repr(view(GRANT)) + repr(GRANT) + repr(consent(FakeClock()))

    assert "refresh-1" not in shown
    assert "access-1" not in shown
