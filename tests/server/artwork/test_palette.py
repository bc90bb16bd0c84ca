"""The colours of a card: which one of the cover's it takes, and that all of them can be read."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.poller.playback import Colours, Palette
from tonearm.server.artwork.oklch import contrast, from_hex
from tonearm.server.artwork.palette import Swatch, palette

HEX = re.compile("#[0-9a-f]{6}")
SWATCH = st.builds(
    Swatch,
    st.floats(0.01, 1),
    st.integers(0, 0xFFFFFF).map("#{:06x}".format),
)


def sets(made: Palette) -> tuple[Colours, Colours, Colours]:
    """Return all sets."""
    return made.light, made.dark, made.bold


def degrees(colour: str) -> float:
    """Return the hue, 0 to 360."""
    return math.degrees(from_hex(colour).hue) % 360


@given(st.lists(SWATCH, max_size=8))
def test_palette_can_be_read_whatever_the_cover(swatches: list[Swatch]) -> None:
    """Ink is AAA and the rest AA on every ground, for any colours in any shares."""
    made = palette(swatches)

    for colours in sets(made):
        assert all(HEX.fullmatch(each) for each in (colours.bg, colours.fg, colours.mu, colours.ac))
        assert contrast(colours.fg, colours.bg) >= 7
        assert contrast(colours.mu, colours.bg) >= 4.5
        assert contrast(colours.ac, colours.bg) >= 4.5


@given(st.lists(SWATCH, min_size=1, max_size=8))
def test_palette_is_the_same_for_the_same_cover(swatches: list[Swatch]) -> None:
    """An album has its colour, today and tomorrow."""
    assert palette(swatches) == palette(swatches)


@pytest.mark.parametrize("swatches", [[], [Swatch(1, "#000000")], [Swatch(1, "#ffffff")]])
def test_palette_of_no_colour_is_grey(swatches: list[Swatch]) -> None:
    """Black, white and nothing at all give a quiet grey sleeve, and accents are ink."""
    made = palette(swatches)

    for colours in sets(made):
        assert from_hex(colours.bg).chroma < 0.001
        assert colours.ac == colours.fg


def test_palette_of_a_grey_cover_ignores_a_red_dot() -> None:
    """One speck of colour does not paint a black and white photograph."""
    made = palette([Swatch(0.95, "#8a8a8a"), Swatch(0.05, "#e01020")])

    assert from_hex(made.bold.bg).chroma < 0.001


def test_palette_takes_the_colour_that_fills_the_cover() -> None:
    """A small red sun over a blue sea leaves the card blue."""
    made = palette([Swatch(0.85, "#2456b8"), Swatch(0.15, "#f05030")])

    assert degrees(made.bold.bg) == pytest.approx(degrees("#2456b8"), abs=2)


def test_palette_takes_the_colour_rather_than_the_dark_around_it() -> None:
    """Near black and near white are ground, not colour."""
    made = palette([Swatch(0.7, "#0d1224"), Swatch(0.1, "#f4f0dc"), Swatch(0.2, "#e0506a")])

    assert degrees(made.bold.bg) == pytest.approx(degrees("#e0506a"), abs=2)


def test_palette_counts_shades_of_one_hue_together() -> None:
    """Three greens are greener than one larger gold is gold."""
    greens = [Swatch(0.2, "#1f6b4a"), Swatch(0.2, "#58a068"), Swatch(0.2, "#8ad08a")]

    made = palette([*greens, Swatch(0.25, "#e6b84a")])

    assert 135 < degrees(made.light.ac) < 170


def test_palette_of_a_yellow_cover_is_ochre_where_it_is_deep() -> None:
    """Yellow made darker by numbers alone would be olive; on light grounds it stays yellow."""
    yellow = "#f5c531"

    made = palette([Swatch(1, yellow)])

    assert degrees(made.bold.bg) < degrees(yellow) - 8
    assert degrees(made.light.bg) == pytest.approx(degrees(yellow), abs=5)


def test_palette_lets_only_accent_and_bold_ground_be_strong() -> None:
    """The cover is the ornament: soft grounds, ink and muted ink are next to grey."""
    made = palette([Swatch(1, "#ff2010")])

    for colours in (made.light, made.dark):
        assert all(from_hex(each).chroma < 0.06 for each in (colours.bg, colours.fg, colours.mu))
        assert from_hex(colours.ac).chroma > 0.1
    assert 0.1 < from_hex(made.bold.bg).chroma < 0.13
    assert made.bold.fg == "#ffffff"


@pytest.mark.parametrize("colour", ["#f5c531", "#2456b8", "#e0506a", "#12a08a"])
def test_palette_grounds_fit_light_and_dark_pages(colour: str) -> None:
    """Whatever the colour, the light ground is near white and the dark one near black."""
    made = palette([Swatch(1, colour)])

    assert from_hex(made.light.bg).lightness == pytest.approx(0.968, abs=0.005)
    assert from_hex(made.dark.bg).lightness == pytest.approx(0.225, abs=0.01)
    assert from_hex(made.bold.bg).lightness < 0.445
