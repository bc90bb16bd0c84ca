"""Generated days are of the same kind as the reference days."""

from itertools import pairwise
from pathlib import Path

import pytest
from generate_days import main
from replay.day import DAY_S, Cause, Day, read_day
from replay.generate import generate_day

DAYS = 30


@pytest.fixture(scope="module")
def days() -> list[Day]:
    """Return as many days as the measurements ask for."""
    return [generate_day(number, seed=7) for number in range(DAYS)]


def played_s(day: Day) -> float:
    """Return for how long music played."""
    return sum(until_s - mark.at_s for mark, until_s in day.changes() if mark.playing)


def test_day_is_in_order(days: list[Day]) -> None:
    """Marks and audiences follow each other; nobody is left and nothing plays at the ends."""
    for day in days:
        assert all(a.at_s < b.at_s for a, b in pairwise(day.marks))
        assert all(a.at_s < b.at_s for a, b in pairwise(day.audiences))
        assert day.marks[0].at_s == 0.0
        assert day.marks[0].uri is None
        assert day.marks[-1].cause is Cause.STOP
        assert day.audiences[-1].viewers == 0
        assert min(audience.viewers for audience in day.audiences) == 0


def test_music_lasts_about_four_hours(days: list[Day]) -> None:
    """The share of the day with music decides what a policy costs."""
    hours = [played_s(day) / 3600 for day in days]

    assert 3.5 < sum(hours) / DAYS < 4.7
    assert all(2.0 < each < 6.0 for each in hours)


def test_skips_have_their_share(days: list[Day]) -> None:
    """Of the ends of items some 44 % are skips, more than half of them within 20 s."""
    ends = [(a, b) for day in days for a, b in pairwise(day.marks) if a.playing]
    skips = [b.at_s - a.at_s for a, b in ends if b.cause is Cause.SKIP]
    naturals = [b.at_s - a.at_s for a, b in ends if b.cause is Cause.NATURAL]

    assert 0.38 < len(skips) / (len(skips) + len(naturals)) < 0.50
    assert 0.5 < sum(heard_s <= 20 for heard_s in skips) / len(skips) < 0.65


def test_viewers_visit_and_an_overlay_is_up_on_some_days(days: list[Day]) -> None:
    """Sixty short visits make two hours; every third day an overlay adds its own."""
    hours = [
        sum(a.viewers * (b.at_s - a.at_s) for a, b in pairwise(day.audiences)) / 3600
        for day in days
    ]

    assert all(1.3 < each < 2.8 for number, each in enumerate(hours) if number % 3)
    assert all(each > 2.2 for each in hours[::3])


def test_queue_is_mostly_right(days: list[Day]) -> None:
    """A look ahead is worth while, and cannot be trusted."""
    guesses = [
        a.next == b.uri
        for day in days
        for a, b in pairwise(day.marks)
        if b.cause in (Cause.NATURAL, Cause.SKIP)
    ]

    assert 0.82 < sum(guesses) / len(guesses) < 0.90


def test_crossfade_ends_items_early() -> None:
    """Each natural change comes so much before the end that the player tells."""
    day = generate_day(1, seed=7, crossfade_s=6.0)

    early_s = [
        a.duration_s - a.position_at(b.at_s)
        for a, b in pairwise(day.marks)
        if b.cause is Cause.NATURAL and a.playing
    ]

    assert early_s
    assert early_s == pytest.approx([6.0] * len(early_s), abs=0.02)


def test_same_seed_gives_the_same_day() -> None:
    """A measurement can be repeated."""
    assert generate_day(3, seed=7) == generate_day(3, seed=7)
    assert generate_day(3, seed=7) != generate_day(3, seed=8)


def test_command_writes_days_that_can_be_read(tmp_path: Path) -> None:
    """What the command writes is what the measurement reads."""
    code = main(["--days", "2", "--seed", "7", "--crossfade", "6", str(tmp_path / "days")])

    assert code == 0
    assert [path.name for path in sorted((tmp_path / "days").iterdir())] == [
        "day-0.json",
        "day-1.json",
    ]
    assert read_day(tmp_path / "days" / "day-1.json") == generate_day(1, seed=7, crossfade_s=6.0)


def test_music_ends_within_the_day(days: list[Day]) -> None:
    """Hardly any listening is lost at midnight."""
    late = [day for day in days if day.marks[-1].at_s > DAY_S + 3600]

    assert not late
