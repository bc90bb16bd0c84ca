"""How early items end: what is learned of it, and what is not taken for an end."""

import pytest
from observations import STOPPED, after, playing, track

from tonearm.poller.endings import Endings, early_s, is_natural, noted

A, B = track("A"), track("B")


def test_items_are_expected_to_end_at_their_end() -> None:
    """Before anything was learned."""
    assert Endings().early_s == 0.0


def test_one_early_end_teaches_nothing() -> None:
    """It may have been a skip."""
    assert Endings(recent_s=(6.0,)).early_s == 0.0


@pytest.mark.parametrize(
    ("recent_s", "expected_s"),
    [
        ((6.0, 6.2), 6.1),
        ((6.0, 11.0, 6.2), 6.1),  # a skip near the end between two that agree
        ((0.1, 0.0, 0.1, 11.9), 0.1),
        ((6.0, 6.1, 12.0, 12.1, 12.2), 12.1),  # the owner chose another crossfade
        ((1.0, 4.0, 8.0, 12.0), 0.0),
    ],
)
def test_ends_that_agree_are_believed(recent_s: tuple[float, ...], expected_s: float) -> None:
    """Crossfade shortens every item by the same."""
    assert Endings(recent_s=recent_s).early_s == pytest.approx(expected_s)


def test_an_old_habit_is_forgotten() -> None:
    """Only the last few count."""
    endings = Endings()
    for early in (6.0,) * 10 + (0.0,) * 5:
        endings = noted(endings, early)

    assert endings.early_s == 0.0


def test_an_end_is_told_from_the_beginning_of_the_next_item() -> None:
    """Whenever the look comes: progress says when it began."""
    before, _ = after([(100.0, playing(A, 100))])  # its end is at second 200
    later, _ = after([(230.0, playing(B, 36))], before)

    assert early_s(before, later) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("at_s", "progress_s"), [(150.0, 2.0), (186.0, 0.0), (204.0, 0.0), (230.0, None)]
)
def test_what_is_no_end_teaches_nothing(at_s: float, progress_s: float | None) -> None:
    """A skip, a long gap, a speaker that reports no progress."""
    before, _ = after([(100.0, playing(A, 100))])
    later, _ = after([(at_s, playing(B, progress_s))], before)

    assert early_s(before, later) is None


def test_a_stop_teaches_nothing() -> None:
    """There is no next item that began."""
    before, _ = after([(100.0, playing(A, 100))])
    later, _ = after([(199.0, STOPPED), (201.0, STOPPED)], before)

    assert early_s(before, later) is None


def test_an_end_near_the_predicted_one_came_by_itself() -> None:
    """No reason to look more often."""
    endings = Endings(recent_s=(6.0, 6.0))

    assert is_natural(endings, 5.0)
    assert not is_natural(endings, 0.0)
    assert not is_natural(endings, None)
