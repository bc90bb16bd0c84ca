"""The line of `tonearm watch`: what it says, how wide it is, and what it lets through."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import NOW, snapshot, track

from tonearm.server.console.live_line import Seen, live, plain
from tonearm.server.ink import Ink, width

PLAIN_INK = Ink()


def seen(state: str = "playing", **changes: Any) -> Seen:
    """Return a frame of the feed as `watch` reads it."""
    return msgspec.json.decode(json.dumps(snapshot(state, **changes)), type=Seen)


def line(frame: Seen, *, columns: int = 80, since_s: float = 0.0) -> str:
    """Return the line without colours."""
    return live(frame, since_s, columns=columns, ink=PLAIN_INK)


def test_the_line_says_what_plays_and_where_in_it() -> None:
    """Title, byline, a bar and the times, to the end of the line."""
    shown = line(seen())

    assert shown.startswith("▶ Paper Lanterns · Nova Halden  ")
    assert shown.endswith("━━━━━━──────────────  1:02 / 3:31")
    assert width(shown) == 79


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (56, "▶ Paper Lanterns · Nova Halden              1:02 / 3:31"),
        (36, "▶ Paper Lanterns        1:02 / 3:31"),
        (30, "▶ Paper Lanterns · Nova Halden"[:28] + "…"),
        (12, "▶ Paper La…"),
    ],
)
def test_the_line_gives_up_the_least_important_first(columns: int, shown: str) -> None:
    """The bar, then the byline, then the times, then the rest of the title."""
    assert line(seen(), columns=columns) == shown


def test_the_position_moves_on_while_it_plays() -> None:
    """Between two frames nothing is asked, and the line goes on all the same."""
    assert line(seen(), since_s=30).endswith("1:32 / 3:31")
    assert line(seen(), since_s=3_000).endswith("3:31 / 3:31")
    assert line(seen("paused"), since_s=30).endswith("1:02 / 3:31")


def test_a_frame_on_its_way_for_long_starts_further_on() -> None:
    """What counts is when the position was true, not when it was sent."""
    assert "1:12 / 3:31" in line(seen(as_of=NOW - 10_000))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("paused", "❚❚ Paper Lanterns"),
        ("idle", "12 min ago"),
        ("nothing", "· Nothing was played yet"),
        ("ad", "♪ Adverts"),
        ("unknown", "… Paper Lanterns"),
    ],
)
def test_each_state_has_its_sign_and_words(state: str, said: str) -> None:
    """Nobody has to know the feed's words."""
    assert said in line(seen(state))


def test_trouble_is_named_at_the_end_of_the_line() -> None:
    """Where the times stand while all is well."""
    assert line(seen(health="login_needed")).endswith("login needed")


def test_a_state_of_a_later_version_is_shown_as_it_is_called() -> None:
    """The feed may grow; watching goes on."""
    frame = Seen(type="state", state="dreaming")

    assert "dreaming" in line(frame)
    assert plain(frame) == "dreaming"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (seen(), "playing: Paper Lanterns - Nova Halden"),
        (seen("idle"), "idle: Paper Lanterns - Nova Halden"),
        (seen("nothing"), "nothing"),
        (seen(health="offline"), "playing: Paper Lanterns - Nova Halden [offline]"),
    ],
)
def test_a_pipe_gets_a_plain_line(frame: Seen, said: str) -> None:
    """For a status bar or a script."""
    assert plain(frame) == said


texts = st.text(max_size=60)


@given(texts, texts, texts, texts, st.integers(0, 120))
def test_no_text_of_a_stranger_does_anything_but_stand_there(
    title: str, byline: str, state: str, health: str, columns: int
) -> None:
    """No escape sequence, no second line, and never wider than the terminal."""
    item = track(title=title, byline=byline)
    frame = msgspec.convert(
        snapshot("playing", item=item) | {"state": state, "health": health}, type=Seen
    )

    shown, piped = line(frame, columns=columns), plain(frame)

    assert not {"\x1b", "\n", "\r", "\x9b", "\x07", "\u202e"} & {*shown, *piped}
    assert width(shown) <= max(columns - 1, 3)
