"""A time in which nothing is shown: when it is over, and how it is kept over a restart."""

import msgspec
import pytest

from tonearm.poller.incognito import begun, ended, restarted

NOW_S, NOW_AT = 1_000.0, 1_795_000_000_000


def test_it_is_over_when_its_time_is_up() -> None:
    """To the second, on a clock that never steps."""
    hour = begun(3600, now_s=NOW_S, now_at=NOW_AT, boot_id="a")

    assert not hour.is_over(NOW_S + 3599)
    assert hour.is_over(NOW_S + 3600)
    assert hour.until_at == NOW_AT + 3_600_000


def test_it_is_never_over_by_itself_without_a_duration() -> None:
    """Only the owner ends it."""
    assert not begun(None, now_s=NOW_S, now_at=NOW_AT, boot_id="a").is_over(1e12)


@pytest.mark.parametrize("duration_s", [None, 3600])
def test_it_is_over_when_the_owner_ends_it(duration_s: float | None) -> None:
    """At that very moment."""
    incognito = begun(duration_s, now_s=NOW_S, now_at=NOW_AT, boot_id="a")

    done = ended(incognito, now_s=NOW_S + 60, now_at=NOW_AT + 60_000)

    assert (done.until_s, done.until_at) == (NOW_S + 60, NOW_AT + 60_000)


def test_ending_changes_nothing_when_it_was_over() -> None:
    """What was seen since then may be shown already."""
    over = begun(5, now_s=NOW_S, now_at=NOW_AT, boot_id="a")

    assert ended(over, now_s=NOW_S + 60, now_at=NOW_AT + 60_000) == over


def test_a_restart_of_the_program_changes_nothing() -> None:
    """Whatever the wall clock did meanwhile: on the same boot it is not asked."""
    hour = begun(3600, now_s=NOW_S, now_at=NOW_AT, boot_id="a")

    assert restarted(hour, now_s=NOW_S + 9, now_at=NOW_AT + 10**10, boot_id="a") == hour


@pytest.mark.parametrize(
    ("passed_s", "left_s"),
    [(600, 3000), (3600, 0), (90_000, 0), (-90_000, 3600)],
    ids=["on time", "just over", "long over", "clock set back"],
)
def test_the_wall_clock_tells_what_is_left_after_a_reboot(passed_s: int, left_s: float) -> None:
    """Never more than the whole time, for a Pi may wake up in the past."""
    hour = begun(3600, now_s=NOW_S, now_at=NOW_AT, boot_id="a")
    now_at = NOW_AT + passed_s * 1000

    again = restarted(hour, now_s=20.0, now_at=now_at, boot_id="b")

    assert again == msgspec.structs.replace(
        hour, boot_id="b", until_s=20.0 + left_s, until_at=now_at + round(left_s * 1000)
    )


def test_one_without_an_end_has_none_after_a_reboot() -> None:
    """It survives everything but the owner."""
    for_ever = begun(None, now_s=NOW_S, now_at=NOW_AT, boot_id="a")

    again = restarted(for_ever, now_s=20.0, now_at=NOW_AT + 10**12, boot_id="b")

    assert (again.until_s, again.until_at) == (None, None)
