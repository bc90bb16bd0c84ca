"""The walk over ready viewers: everybody once, whoever leaves meanwhile, whatever a socket does."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewers import PaperViewer

from tonearm.server.feed.roster import Roster
from tonearm.server.feed.viewer import NOWHERE


class Tap:
    """An outlet that takes as much as it is told to, or raises."""

    def __init__(self, takes: int | OSError = 1_000) -> None:
        self.takes = takes
        self.taken: list[bytes] = []

    def send(self, frame: bytes, /) -> int:
        if isinstance(self.takes, OSError):
            raise self.takes
        self.taken.append(frame[: self.takes])
        return min(len(frame), self.takes)


def tapped(tap: Tap) -> PaperViewer:
    """Return a viewer whose frames go through ``tap``."""
    viewer = PaperViewer()
    viewer.outlet = tap
    return viewer


def walk(step: Callable[[int], int], roster: Roster) -> None:
    """Go on until the end."""
    below = len(roster)
    while below:
        below = step(below)


def test_give_writes_past_the_transport_when_the_socket_takes_all() -> None:
    """The way that thousands take."""
    tap = Tap()
    viewer = tapped(tap)
    roster = Roster()
    roster.add(viewer)

    roster.give(b"frame", 1, below=1)

    assert tap.taken == [b"frame"]
    assert viewer.frames == []


@pytest.mark.parametrize(
    ("takes", "rest"),
    [
        (2, b"ame"),
        (BlockingIOError(), b"frame"),
        (BrokenPipeError(), b"frame"),
        (OSError(9, "Bad file descriptor"), b"frame"),
    ],
    ids=["half", "full", "gone", "closed"],
)
def test_give_hands_the_transport_what_the_socket_did_not_take(
    takes: int | OSError, rest: bytes
) -> None:
    """It keeps the rest, or finds out for itself that the connection is lost."""
    viewer = tapped(Tap(takes))
    roster = Roster()
    roster.add(viewer)

    roster.give(b"frame", 1, below=1)

    assert viewer.frames == [rest]


def test_give_skips_who_has_had_the_edition() -> None:
    """A snapshot is not sent twice."""
    viewer = PaperViewer()
    viewer.sent = 7
    roster = Roster()
    roster.add(viewer)

    roster.give(b"frame", 7, below=1)

    assert viewer.frames == []


def test_viewer_taken_off_knows_what_it_was_sent() -> None:
    """So that it gets nothing twice when it comes back."""
    viewer = tapped(Tap())
    roster = Roster()
    roster.add(viewer)
    roster.give(b"frame", 7, below=1)

    roster.remove(viewer)

    assert viewer.sent == 7
    assert len(roster) == 0


@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 120))
def test_walk_reaches_everybody_who_stays_exactly_once(seed: int, count: int) -> None:
    """Any number may leave or join between two steps, and even within one."""
    chance = random.Random(seed)
    roster = Roster()
    viewers = [PaperViewer() if chance.random() < 0.3 else tapped(Tap()) for _ in range(count)]
    for viewer in viewers:
        roster.add(viewer)

    def disturb() -> None:
        staying = list(roster)
        for viewer in chance.sample(staying, min(len(staying), chance.randrange(4))):
            roster.remove(viewer)
        if chance.random() < 0.3:
            late = PaperViewer()
            late.sent = 1  # who joins is given the newest there is
            roster.add(late)

    for viewer in viewers:
        viewer.on_write = disturb

    def step(below: int) -> int:
        disturb()
        return roster.give(b"frame", 1, below=below)

    walk(step, roster)

    def count_of(viewer: PaperViewer) -> int:
        return len(viewer.outlet.taken if isinstance(viewer.outlet, Tap) else viewer.frames)

    assert all(count_of(viewer) == 1 for viewer in viewers if viewer.place != NOWHERE)
    assert all(count_of(viewer) <= 1 for viewer in viewers)


def test_beat_reaches_everybody_whatever_they_were_given() -> None:
    """A beat is no edition."""
    viewers = [PaperViewer() for _ in range(100)]
    roster = Roster()
    for number, viewer in enumerate(viewers):
        viewer.sent = number
        roster.add(viewer)

    walk(lambda below: roster.give(b"beat", None, below=below), roster)
    for viewer in viewers:
        roster.remove(viewer)

    assert all(viewer.frames == [b"beat"] for viewer in viewers)
    assert [viewer.sent for viewer in viewers] == list(range(100))
