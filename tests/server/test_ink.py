"""What fits into a terminal, and what it can show."""

import io
from typing import ClassVar

import pytest

from tonearm.server.ink import Ink, behind, cut, ink_for, span, width


class Screen(io.StringIO):
    """A terminal that prints UTF-8."""

    encoding: ClassVar[str] = "utf-8"  # type: ignore[misc]

    def isatty(self) -> bool:
        return True


class OldScreen(Screen):
    """A terminal that prints ASCII."""

    encoding: ClassVar[str] = "ascii"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("Paper Lanterns", 14, "Paper Lanterns"),
        ("Paper Lanterns", 13, "Paper Lanter…"),
        ("Paper Lanterns", 7, "Paper…"),
        ("日本の歌", 8, "日本の歌"),
        ("日本の歌", 7, "日本の…"),
        ("日本の歌", 6, "日本…"),
        ("👩‍👩‍👧 family", 4, "👩‍👩‍👧…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("abc", -3, ""),
    ],
)
def test_a_text_is_cut_to_the_columns_it_takes(text: str, columns: int, shown: str) -> None:
    """Wide characters count twice, and none is cut in two."""
    assert cut(text, columns) == shown
    assert width(shown) <= max(0, columns)


@pytest.mark.parametrize(
    ("length_s", "said"),
    [
        (-3, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (11_520, "3 h 12 min"),
        (86_400, "1 day"),
        (400_000, "4 days"),
    ],
)
def test_a_span_is_said_no_finer_than_it_matters(length_s: float, said: str) -> None:
    """Seconds of a day are noise."""
    assert span(length_s) == said


def test_colour_is_for_terminals_that_want_it() -> None:
    """Not for pipes, not against the user's word."""
    assert ink_for(Screen(), {}).is_coloured
    assert not ink_for(Screen(), {"NO_COLOR": "1"}).is_coloured
    assert not ink_for(Screen(), {"TERM": "dumb"}).is_coloured
    assert not ink_for(io.StringIO(), {}).is_coloured
    assert Ink().bold("text") == "text"
    assert Ink(is_coloured=True).bold("text") == "\x1b[1mtext\x1b[0m"


def test_signs_are_ascii_where_nothing_else_can_be_printed() -> None:
    """A login over a serial line shows a line too."""
    assert ink_for(OldScreen(), {}).sign("▶", ">") == ">"
    assert ink_for(Screen(), {}).sign("▶", ">") == "▶"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a cat sat", ["Who a cat", "    sat"]),
        ("\x1b[2ma cat\x1b[0m sat", ["Who \x1b[2ma cat\x1b[0m", "    sat"]),
        ("https://a.example on", ["Who https://a.example", "    on"]),
        ("日本 の 歌", ["Who 日本", "    の 歌"]),
        ("", ["Who "]),
    ],
)
def test_a_long_text_goes_on_below_its_beginning(text: str, lines: list[str]) -> None:
    """Words stay whole, though one be longer than the line; colours take no room."""
    assert list(behind("Who ", text, columns=9)) == lines
