"""Incognito, whatever is played and whenever: what is shown is what a stop would show."""

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from observations import AD, STOPPED, UNKNOWN, Screen, paused, playing, track

from tonearm.poller.playback import Item, Kind, Playback, Snapshot, State
from tonearm.poller.publish import forget

CANARY = "CANARY"
PUBLIC = (track("A"), track("B", duration_s=30))
HIDDEN = (track(CANARY), track(f"{CANARY}2", duration_s=40), track(CANARY, kind=Kind.LOCAL))


def answers(items: Iterable[Item]) -> st.SearchStrategy[Playback]:
    """Draw an answer, most of them about one of ``items``."""
    progress = st.one_of(st.none(), st.floats(0, 240, allow_nan=False))
    made = [st.builds(make, st.sampled_from(tuple(items)), progress) for make in (playing, paused)]
    return st.one_of(*made, st.sampled_from((AD, UNKNOWN, STOPPED)))


def evening(items: Iterable[Item]) -> st.SearchStrategy[list[tuple[float, Playback]]]:
    """Draw a list of answers, each with the wait before it."""
    return st.lists(st.tuples(st.floats(0.5, 700, allow_nan=False), answers(items)), max_size=12)


def played(screen: Screen, looks: Iterable[tuple[float, Playback]]) -> Iterable[Snapshot]:
    """Let ``screen`` see each answer after its wait, and yield what is shown each time."""
    for wait_s, answer in looks:
        at_s = screen.now_s + wait_s
        yield screen.wait(at_s)
        yield screen.look(at_s, answer)


@given(evening(PUBLIC), evening(HIDDEN + PUBLIC))
def test_nothing_that_is_played_shows_or_moves_anything(
    before: list[tuple[float, Playback]], during: list[tuple[float, Playback]]
) -> None:
    """One piece of news when it begins; then the same snapshot whatever happens."""
    screen = Screen()
    list(played(screen, before))
    count = len(screen.news)
    screen.is_incognito = True
    first = screen.wait(screen.now_s)

    shown = list(played(screen, during))

    assert all(each == first for each in shown)
    assert len(screen.news) - count <= 1
    assert first.state in (State.IDLE, State.NOTHING)
    assert CANARY not in repr(screen.shown)


@given(evening(PUBLIC), evening(HIDDEN))
def test_it_looks_exactly_like_a_stop(
    before: list[tuple[float, Playback]], during: list[tuple[float, Playback]]
) -> None:
    """Nobody can tell from any byte that there is something to hide."""
    hiding, stopping = Screen(), Screen()
    for screen in (hiding, stopping):
        list(played(screen, before))
    hiding.is_incognito = True
    stopping.session = msgspec.structs.replace(stopping.session, playback=STOPPED)
    for screen in (hiding, stopping):
        screen.wait(screen.now_s)

    hidden = list(played(hiding, during))
    stopped = list(played(stopping, [(wait_s, STOPPED) for wait_s, _ in during]))

    assert hidden == stopped


def test_nothing_is_left_of_what_was_shown_when_it_is_forgotten() -> None:
    """After a logout; viewers hear of it as of any change."""
    screen = Screen()
    screen.look(0, playing(PUBLIC[0], 10))
    before = screen.snapshot

    screen.shown = forget(screen.shown)
    screen.session = Screen().session
    after = screen.wait(1)

    assert (after.state, after.item, after.seq) == (State.NOTHING, None, before.seq + 1)
    assert screen.shown.last is None
