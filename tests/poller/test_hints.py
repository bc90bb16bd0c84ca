"""Hints: when their looks come, when they end, and how many are heard."""

import pytest

from tonearm.poller.hints import BURST, LOOKS_S, REFILL_S, Hints, after_hint, after_look


def heard(*instants_s: float) -> Hints:
    """Return what is followed after hints at these instants, no look between them."""
    hints = Hints()
    for at_s in instants_s:
        hints = after_hint(hints, at_s)
    return hints


def test_a_hint_brings_a_look_a_second_later() -> None:
    """The API lags: at once it would tell of what was before."""
    assert heard(100.0).due_s == pytest.approx(100.9)


def test_looks_go_on_until_one_shows_a_change() -> None:
    """Then there is nothing more to wait for."""
    hints = after_look(heard(100.0), 100.9, is_change=False)
    again_s = hints.due_s

    hints = after_look(hints, 102.2, is_change=True)

    assert again_s == pytest.approx(102.2)
    assert hints.due_s is None


def test_looks_end_by_themselves() -> None:
    """A hint may announce nothing at all."""
    hints = heard(100.0)
    for wait_s in LOOKS_S:
        hints = after_look(hints, 100.0 + wait_s, is_change=False)

    assert hints.due_s is None


def test_a_look_that_was_asked_before_the_hint_does_not_answer_it() -> None:
    """Its answer may be older than the change."""
    hints = heard(100.0)

    assert after_look(hints, 99.9, is_change=True) == hints


def test_a_second_hint_gets_looks_of_its_own() -> None:
    """Who skips twice within a second wants the second one shown too."""
    hints = after_look(heard(100.0, 100.5), 100.9, is_change=True)

    assert hints.due_s == pytest.approx(101.4)


def test_hints_that_come_together_do_not_put_the_look_off() -> None:
    """A player that says 'look' all the time is looked at all the same."""
    assert heard(*(100.0 + tenth / 10 for tenth in range(8))).due_s == pytest.approx(100.9)


def spam(hints_each_s: float, seconds: int) -> int:
    """Return how many looks useless hints bring in so many seconds."""
    hints, looks = Hints(), 0
    for step in range(int(seconds / hints_each_s)):
        now_s = step * hints_each_s
        if hints.due_s is not None and hints.due_s <= now_s:
            hints, looks = after_look(hints, now_s, is_change=False), looks + 1
        hints = after_hint(hints, now_s)
    return looks


def test_useless_hints_are_soon_ignored() -> None:
    """Any local user may send them: an hour of them costs no more than a look each half minute."""
    assert spam(0.25, 3_600) <= 3 * (BURST + 3_600 / REFILL_S) / 3 + len(LOOKS_S)


def test_hints_are_heard_again_later() -> None:
    """The limit is on the rate."""
    hints = heard(100.0)
    for skip in range(1, 40):
        hints = after_hint(after_look(hints, 100.0 + skip, is_change=True), 100.1 + skip)
    silent = hints.due_s

    hints = after_hint(hints, 200.0 + REFILL_S)

    assert silent is None
    assert hints.due_s is not None
