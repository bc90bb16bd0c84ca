"""The cover's colours as a style sheet."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from viewers import TRACK

from tonearm.poller.playback import State
from tonearm.server.artwork.palette import Swatch, palette
from tonearm.server.views.looks import THEMES, TINTS, Looks
from tonearm.server.views.scene import Scene
from tonearm.server.views.theme_css import style_sheet

GREEN = palette([Swatch(1, "#207040")])
HEX = r"#[\da-f]{6}"
SET = rf":root\{{--np-bg:{HEX};--np-fg:{HEX};--np-muted:{HEX};--np-accent:{HEX}\}}"
SHEET = re.compile(rf"{SET}\n(?:@media\(prefers-color-scheme:dark\)\{{{SET}\}}\n)?")
CARD = Path(__file__).parents[3] / "web" / "card" / "card.css"


def sheet(looks: Looks = Looks()) -> str:  # noqa: B008  (a frozen value)
    """Return the style sheet for a green cover."""
    return style_sheet(Scene(State.PLAYING, replace(TRACK, palette=GREEN)), looks)


def test_sheet_has_a_set_for_light_pages_and_one_for_dark() -> None:
    """Under the names that the card takes from its page."""
    light, dark = GREEN.light, GREEN.dark

    assert sheet() == (
        f":root{{--np-bg:{light.bg};--np-fg:{light.fg};--np-muted:{light.mu};--np-accent:{light.ac}}}\n"
        "@media(prefers-color-scheme:dark){"
        f":root{{--np-bg:{dark.bg};--np-fg:{dark.fg};--np-muted:{dark.mu};--np-accent:{dark.ac}}}}}\n"
    )


def test_sheet_without_a_cover_is_neutral_as_the_card_is() -> None:
    """The page keeps its looks when nothing plays, and they are the card's own."""
    found = re.findall(r"#\w{6}", style_sheet(Scene(State.NOTHING, None), Looks()))

    of_the_card = CARD.read_text("utf-8")
    white = {"#ffffff": "#fff"}
    assert [each for each in found if white.get(each, each) not in of_the_card] == []


@pytest.mark.parametrize(
    ("query", "looks"),
    [
        ({}, Looks("auto", "soft")),
        ({"theme": "dark", "tint": "bold"}, Looks("dark", "bold")),
        ({"theme": "}*{color:red", "tint": "DARK"}, Looks("auto", "soft")),
    ],
)
def test_bad_wishes_are_as_if_not_said(query: dict[str, str], looks: Looks) -> None:
    """Nothing of an address reaches the sheet."""
    assert Looks.asked(query) == looks


@given(theme=st.sampled_from(THEMES) | st.text(), tint=st.sampled_from(TINTS) | st.text())
def test_sheet_is_always_custom_properties_and_nothing_else(theme: str, tint: str) -> None:
    """Whatever was asked for."""
    assert SHEET.fullmatch(sheet(Looks.asked({"theme": theme, "tint": tint})))
