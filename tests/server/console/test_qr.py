"""The QR code on a terminal."""

import io

import pytest

from tonearm.server.console import qr

LINK = "https://accounts.example/authorize?" + "x" * 360


class Screen(io.TextIOWrapper):
    """A terminal's output."""

    def __init__(self, *, encoding: str = "utf-8", is_terminal: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def lines(self) -> list[str]:
        self.seek(0)
        return self.read().splitlines()


def test_the_code_fits_when_the_terminal_is_just_wide_enough() -> None:
    """The link of a login takes 73 columns, which leaves room in the usual 80."""
    screen = Screen()

    assert qr.draw(LINK, screen, columns=80)
    widths = {len(line) for line in screen.lines()}
    assert widths == {73}


@pytest.mark.parametrize(
    ("screen", "columns"),
    [
        (Screen(is_terminal=False), 80),
        (Screen(encoding="latin-1"), 80),
        (Screen(), 72),
    ],
    ids=["no terminal", "no blocks", "too narrow"],
)
def test_nothing_is_drawn_when_it_could_not_be_read(screen: Screen, columns: int) -> None:
    """Half a code, or one in question marks, only pushes the link off the screen."""
    assert not qr.draw(LINK, screen, columns=columns)
    assert screen.lines() == []
