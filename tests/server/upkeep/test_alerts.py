"""What the owner is told, and that nothing is told twice."""

from typing import Any

import pytest
from reports import DAY_MS, NOW_AT, report

from tonearm.poller.playback import Health
from tonearm.server.owner.control_messages import Login
from tonearm.server.upkeep.alerts import Alert, Cause, Circumstances, Told, due

HOUR_MS = 3_600_000


def circumstances(
    *,
    lasted_s: float = 0.0,
    had_login: bool = True,
    is_damaged: bool = False,
    free_bytes: int | None = 10 << 30,
    now_at: int = NOW_AT,
    **changes: Any,
) -> Circumstances:
    """Return how a service is that is well but for ``changes``."""
    return Circumstances(
        report=report(**changes),
        lasted_s=lasted_s,
        had_login=had_login,
        is_damaged=is_damaged,
        free_bytes=free_bytes,
        now_at=now_at,
    )


def causes(found: Circumstances) -> list[Cause]:
    """Return what an owner is told who was never told anything."""
    return [alert.cause for alert in due(found, {})]


def test_nothing_is_told_while_all_is_well() -> None:
    """An owner who hears nothing has nothing to do."""
    assert causes(circumstances()) == []


def test_a_login_that_ends_is_told_on_five_days_once_each() -> None:
    """200 days with a look every hour: 30, 14, 7, 3 and 1 days before, then that it is lost."""
    told: dict[Cause, Told] = {}
    said: list[Alert] = []
    ends_at = NOW_AT + 180 * DAY_MS
    for hour in range(180 * 24):
        now_at = NOW_AT + hour * HOUR_MS
        login = Login(valid_until=ends_at, days_left=(ends_at - now_at) // DAY_MS, account=None)
        for alert in due(circumstances(login=login, now_at=now_at), told):
            said.append(alert)
            told[alert.cause] = Told(told_at=now_at, mark=alert.mark)

    assert [alert.title for alert in said] == [
        f"tonearm's login ends in {left}" for left in ("30 days", "14 days", "7 days", "3 days")
    ] + ["tonearm's login ends in 1 day"]


def test_a_newer_login_is_warned_of_anew() -> None:
    """Its warnings are its own, though the last one of the old login was of the same kind."""
    told = {Cause.LOGIN_EXPIRING: Told(told_at=NOW_AT - 200 * DAY_MS, mark="1234/30")}
    login = Login(valid_until=NOW_AT + 30 * DAY_MS, days_left=30, account=None)

    assert [alert.cause for alert in due(circumstances(login=login), told)] == [
        Cause.LOGIN_EXPIRING
    ]


def test_the_last_day_is_called_today() -> None:
    """Nobody reads 'in 0 days'."""
    login = Login(valid_until=NOW_AT + 1, days_left=0, account=None)

    [alert] = due(circumstances(login=login), {})

    assert alert.title == "tonearm's login ends today"


@pytest.mark.parametrize(("had_login", "expected"), [(True, [Cause.LOGIN_LOST]), (False, [])])
def test_a_lost_login_is_told_but_not_one_that_never_was(
    *, had_login: bool, expected: list[Cause]
) -> None:
    """Who has just installed it is about to log in anyway."""
    found = circumstances(health=Health.LOGIN_NEEDED, login=None, had_login=had_login)

    assert causes(found) == expected


def test_a_login_in_a_damaged_file_is_told_as_that() -> None:
    """Nobody can say any more that there was one, but for the file that was set aside."""
    found = circumstances(health=Health.LOGIN_NEEDED, login=None, had_login=False, is_damaged=True)

    [alert] = due(found, {})

    assert alert.cause is Cause.LOGIN_LOST
    assert "damaged" in alert.body
    assert "Spotify" not in alert.body


@pytest.mark.parametrize(
    ("health", "lasted_s", "expected"),
    [
        (Health.STALE, 1_799.0, []),
        (Health.STALE, 1_800.0, [Cause.STALE]),
        (Health.OFFLINE, 1_800.0, [Cause.STALE]),
        (Health.REFUSED, 899.0, []),
        (Health.REFUSED, 900.0, [Cause.REFUSED]),
    ],
)
def test_what_may_pass_by_itself_is_told_once_it_lasts(
    health: Health, lasted_s: float, expected: list[Cause]
) -> None:
    """A night without a router is worth a message, a minute is not."""
    assert causes(circumstances(health=health, lasted_s=lasted_s)) == expected


@pytest.mark.parametrize(("wait_ms", "expected"), [(HOUR_MS - 1, []), (HOUR_MS, [Cause.LOCK_OUT])])
def test_a_long_cooldown_is_told_at_once(wait_ms: int, expected: list[Cause]) -> None:
    """Half a day without news of the music is worth an explanation; a minute is not."""
    assert causes(circumstances(health=Health.LIMITED, until=NOW_AT + wait_ms)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_unsaved": True}, [Cause.UNSAVED]),
        ({"free_bytes": (50 << 20) - 1}, [Cause.DISK]),
        ({"free_bytes": 50 << 20}, []),
        ({"free_bytes": None}, []),
    ],
)
def test_a_disk_without_room_is_told(changes: dict[str, Any], expected: list[Cause]) -> None:
    """The login lives there."""
    assert causes(circumstances(**changes)) == expected


def test_the_same_cause_is_told_again_only_on_another_day() -> None:
    """Once a day is enough for what still holds."""
    found = circumstances(health=Health.STALE, lasted_s=DAY_MS)

    def is_due(told_at: int) -> bool:
        return any(due(found, {Cause.STALE: Told(told_at=told_at, mark=None)}))

    assert not is_due(NOW_AT - DAY_MS + 1)
    assert is_due(NOW_AT - DAY_MS)
    assert not is_due(NOW_AT + DAY_MS - 1), "a Pi starts with a clock that is behind"
    assert is_due(NOW_AT + DAY_MS), "a clock that was wrong keeps nothing back for years"


def test_a_login_that_cannot_be_saved_is_told_though_little_room_was_told_today() -> None:
    """Of the second the owner may think tomorrow; the first is lost when the power goes."""
    told = {Cause.DISK: Told(told_at=NOW_AT - HOUR_MS, mark=None)}

    found = due(circumstances(is_unsaved=True, free_bytes=0), told)

    assert [alert.cause for alert in found] == [Cause.UNSAVED]


def test_causes_do_not_keep_each_other_back() -> None:
    """A full disk is told also on the day the login was lost."""
    found = circumstances(health=Health.LOGIN_NEEDED, login=None, free_bytes=0)
    told = {Cause.LOGIN_LOST: Told(told_at=NOW_AT, mark=None)}

    assert [alert.cause for alert in due(found, told)] == [Cause.DISK]
