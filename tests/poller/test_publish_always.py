"""What holds of everything that is ever shown, whatever Spotify answers and when."""

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from observations import AD, STOPPED, UNKNOWN, Screen, paused, playing, track

from tonearm.poller.options import Rules
from tonearm.poller.playback import Item, Kind, Playback, Snapshot, State, position_ms

CANARY = "CANARY"
PUBLIC = (track("A"), track("B", duration_s=30), track("Radio", duration_s=0))
SECRET = (track(CANARY), track(f"{CANARY}2", duration_s=40, kind=Kind.EPISODE))
FILES = (track(f"{CANARY}file", kind=Kind.LOCAL),)

progress = st.one_of(st.none(), st.floats(0, 240, allow_nan=False))


def answers(items: Iterable[Item], *, is_private: bool) -> st.SearchStrategy[Playback]:
    """Draw an answer that names one of ``items``."""
    made = [
        st.builds(make, st.sampled_from(tuple(items)), progress, is_private=st.just(is_private))
        for make in (playing, paused)
    ]
    return st.one_of(made)


hidden = st.one_of(
    answers(PUBLIC + SECRET, is_private=True),
    st.sampled_from((AD, UNKNOWN)).map(lambda seen: msgspec.structs.replace(seen, is_private=True)),
)
open_to_all = st.one_of(
    answers(PUBLIC, is_private=False),
    st.sampled_from((AD, UNKNOWN, STOPPED)),
)
anything = st.one_of(open_to_all, hidden, answers(FILES, is_private=False))
waits = st.floats(0.5, 700, allow_nan=False)
evening = st.lists(st.tuples(waits, anything), max_size=30)


def played(screen: Screen, looks: Iterable[tuple[float, Playback]]) -> Iterable[Snapshot]:
    """Let ``screen`` see each answer after its wait, and yield what is shown each time."""
    for wait_s, answer in looks:
        at_s = screen.now_s + wait_s
        yield screen.wait(at_s)
        yield screen.look(at_s, answer)


@given(evening)
def test_a_hidden_title_is_never_shown(looks: list[tuple[float, Playback]]) -> None:
    """A private session's titles and hidden files occur in no snapshot and in no memory."""
    screen = Screen(Rules(local_files=False))

    for shown in played(screen, looks):
        assert CANARY not in repr((shown, screen.shown))


@given(st.lists(st.tuples(waits, open_to_all), max_size=6), st.lists(st.tuples(waits, hidden)))
def test_a_private_session_is_one_piece_of_news_at_most(
    before: list[tuple[float, Playback]],
    looks: list[tuple[float, Playback]],
) -> None:
    """After the one that hides what was shown nothing moves, whatever is played."""
    screen = Screen()
    list(played(screen, before))
    list(played(screen, [(1, playing(SECRET[0], 1, is_private=True))]))
    first = screen.snapshot

    shown = list(played(screen, looks))

    assert all(each == first for each in shown)


@given(evening)
def test_each_state_has_exactly_its_fields(looks: list[tuple[float, Playback]]) -> None:
    """The table of the contract holds row by row."""
    screen = Screen()

    for shown in played(screen, looks):
        is_now = shown.state in (State.PLAYING, State.PAUSED)
        assert (shown.position_ms is not None) == is_now
        assert (shown.as_of_s is not None) == is_now
        assert (shown.ended_at is not None) == (shown.state is State.IDLE)
        if is_now or shown.state is State.IDLE:
            assert shown.item is not None
        if shown.state in (State.NOTHING, State.AD):
            assert shown.item is None


@given(evening)
def test_an_end_lies_in_the_past_and_stays(looks: list[tuple[float, Playback]]) -> None:
    """While idle lasts its end is one instant, and not a future one."""
    screen = Screen()
    before = screen.snapshot

    for shown in played(screen, looks):
        if shown.ended_at is not None:
            assert shown.ended_at <= screen.now_at
            if before.state is State.IDLE:
                assert shown.ended_at == before.ended_at
        before = shown


@given(evening)
def test_seq_grows_exactly_when_a_viewer_could_tell(looks: list[tuple[float, Playback]]) -> None:
    """Who has the newest seq and lets it run on is right about everything, within two seconds."""
    screen = Screen()
    told = screen.snapshot

    for shown in played(screen, looks):
        is_same = _without_position(shown) == _without_position(told)
        is_near = _distance_ms(shown, told, screen.now_s) <= 2_000
        assert (shown.seq == told.seq) is (is_same and is_near)
        if shown.seq != told.seq:
            assert shown.seq == told.seq + 1
            told = shown


def _without_position(snapshot: Snapshot) -> Snapshot:
    return msgspec.structs.replace(snapshot, seq=0, as_of_s=None, position_ms=None)


def _distance_ms(shown: Snapshot, told: Snapshot, now_s: float) -> int:
    here, there = position_ms(shown, now_s), position_ms(told, now_s)
    return 0 if here is None or there is None else abs(here - there)
