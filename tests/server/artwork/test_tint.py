"""The stage that tints: never late, never twice, never backwards."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tint_desk import A_PALETTE, album, at_work, cover, nothing
from viewers import TRACK, playing

from tonearm.poller.errors import Unreachable
from tonearm.poller.playback import State
from tonearm.server.artwork.picture import NotACover
from tonearm.server.artwork.tint import REMEMBERS, RETRY_S


async def test_a_change_is_published_at_once_and_tinted_when_the_cover_is_read() -> None:
    """Nobody waits for colours; they come as a change of their own."""
    async with at_work() as desk:
        await desk.show("a", 5)
        before = list(desk.told)
        await desk.finish("a")

        assert before == [(5, False)]
        assert desk.told == [(5, False), (6, True)]


async def test_a_tinted_snapshot_differs_in_nothing_else() -> None:
    """The stage adds colours and counts; all else is the poller's."""
    async with at_work() as desk:
        await desk.show("a", 5)
        await desk.finish("a")

        plain, tinted = desk.published
        item = replace(album("a"), palette=A_PALETTE)
        assert tinted == replace(plain, seq=6, item=item)


async def test_the_same_seq_again_stays_the_same_seq() -> None:
    """A position that was confirmed is no news, tinted or not."""
    async with at_work() as desk:
        await desk.show("a", 5)
        await desk.show("a", 5)
        await desk.finish("a")
        await desk.show("a", 5)

        assert desk.told == [(5, False), (5, False), (6, True), (6, True)]


async def test_seq_goes_on_from_where_the_late_palette_left_it() -> None:
    """The poller's next change is one more for the viewers too."""
    async with at_work() as desk:
        await desk.show("a", 5)
        await desk.finish("a")
        await desk.show(None, 6)

        assert desk.told[-1] == (7, False)


async def test_an_album_played_before_is_tinted_from_its_first_frame() -> None:
    """What is known needs no second frame and no second look at the cover."""
    async with at_work() as desk:
        await desk.show("a", 1)
        await desk.finish("a")
        await desk.show("b", 2)
        await desk.finish("b")
        await desk.show("a", 3)

        assert desk.told[-1] == (5, True)
        assert desk.asked == [cover("a"), cover("b")]


async def test_a_cover_is_read_once_however_often_it_is_shown() -> None:
    """Looks come every few seconds, covers once an album."""
    async with at_work() as desk:
        for seq in range(1, 20):
            await desk.show("a", seq)
        await desk.finish("a")
        for seq in range(20, 40):
            await desk.show("a", seq)

        assert desk.asked == [cover("a")]


async def test_covers_are_read_one_at_a_time_and_those_skipped_over_never() -> None:
    """Who skips through an album costs two covers, not ten."""
    async with at_work() as desk:
        for seq, name in enumerate("abcdefghij", 1):
            await desk.show(name, seq)
            assert desk.is_reading == ["a"]
        await desk.finish("a")

        assert desk.is_reading == ["j"]
        assert desk.told[-1] == (10, False)


async def test_a_palette_that_comes_after_its_item_left_is_no_change() -> None:
    """It is kept for the next time, and nobody is told."""
    async with at_work() as desk:
        await desk.show("a", 1)
        await desk.show(None, 2)
        await desk.finish("a")
        await desk.show("a", 3)

        assert desk.told == [(1, False), (2, False), (3, True)]


@pytest.mark.parametrize("state", [State.NOTHING, State.AD, State.UNKNOWN])
async def test_nothing_is_read_when_no_item_is_shown(state: State) -> None:
    """An advert, a stop, a hidden item: there is no cover to ask for."""
    async with at_work() as desk:
        desk.tint.emit(replace(nothing(1), state=state))
        await desk.clock.settle()

        assert desk.asked == []
        assert desk.told == [(1, False)]


async def test_an_item_without_a_cover_stays_untinted() -> None:
    """A local file is shown as it is."""
    async with at_work() as desk:
        desk.tint.emit(playing(1, item=replace(TRACK, art=())))
        await desk.clock.settle()

        assert desk.asked == []
        assert desk.told == [(1, False)]


async def test_what_is_no_cover_is_never_asked_for_again() -> None:
    """A file at such an address never changes."""
    async with at_work() as desk:
        await desk.show("a", 1)
        await desk.finish("a", NotACover("UnidentifiedImageError"))
        await desk.clock.advance(100 * RETRY_S)
        await desk.show("a", 2)

        assert len(desk.asked) == 1
        assert desk.told == [(1, False), (2, False)]


async def test_a_cover_that_could_not_be_fetched_is_left_alone_for_a_while() -> None:
    """A network that is down is not asked with every look, and not given up for ever."""
    async with at_work() as desk:
        await desk.show("a", 1)
        await desk.finish("a", Unreachable("dns"))
        await desk.clock.advance(RETRY_S - 1)
        await desk.show("a", 1)
        asked_early = len(desk.asked)
        await desk.clock.advance(1)
        await desk.show("a", 1)
        await desk.finish("a")

        assert asked_early == 1
        assert desk.told == [(1, False), (1, False), (1, False), (2, True)]


async def test_only_so_many_covers_are_remembered() -> None:
    """Memory has an end: the one not seen for longest is read again, a favourite is not."""
    names = [str(number) for number in range(REMEMBERS)]
    async with at_work() as desk:
        for seq, name in enumerate(names):
            await desk.show(name, seq)
            await desk.finish(name)
        await desk.show(names[0], 100)
        await desk.show("one more", 101)
        await desk.finish("one more")
        await desk.show(names[0], 102)
        await desk.show(names[1], 103)

        assert Counter(desk.asked)[cover(names[0])] == 1
        assert desk.is_reading == [names[1]]


async def test_a_cover_that_was_read_is_there_for_those_who_draw_it() -> None:
    """Nobody fetches it a second time, and nobody waits for it."""
    async with at_work() as desk:
        await desk.show("a", 1)
        early = desk.tint.thumbnail(album("a"))
        await desk.finish("a")

        assert early is None
        assert desk.tint.thumbnail(album("a")) == b"small"
        assert desk.tint.picture(album("a")) == b"large"
        assert desk.tint.picture(album("b")) is None
        assert desk.tint.picture(replace(TRACK, art=())) is None


class Moves:
    """What may happen, in any order: a change, the same again, and covers that are read or not."""

    SHOW = st.tuples(st.just("show"), st.sampled_from(["a", "b", "c", None]))
    AGAIN = st.tuples(st.just("again"), st.none())
    FINISH = st.tuples(st.just("finish"), st.booleans())
    WAIT = st.tuples(st.just("wait"), st.none())
    ANY = st.lists(st.one_of(SHOW, AGAIN, FINISH, WAIT), max_size=40)


@given(Moves.ANY)
async def test_seq_never_goes_back_and_never_means_two_things(
    moves: list[tuple[str, str | bool | None]],
) -> None:
    """Viewers may rely on it: another snapshot, a larger seq; the same seq, the same snapshot."""
    async with at_work() as desk:
        shown, seq = None, 0
        for move, what in moves:
            if move == "show" and what != shown:
                shown, seq = str(what) if what else None, seq + 1
            if move in ("show", "again"):
                await desk.show(shown, seq)
            elif move == "finish" and desk.is_reading:
                await desk.finish(desk.is_reading[0], None if what else Unreachable("cut"))
            elif move == "wait":
                await desk.clock.advance(RETRY_S)

        seqs = [each.seq for each in desk.published]
        assert seqs == sorted(seqs)
        assert len({(each.seq, each) for each in desk.published}) == len(set(seqs))
