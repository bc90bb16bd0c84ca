"""Colours as the eye counts them, against numbers that others publish."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.server.artwork.oklch import Oklch, contrast, from_hex, to_hex

SHOWN = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
MEANT = st.builds(Oklch, st.floats(0, 1), st.floats(0, 0.5), st.floats(-math.pi, math.pi))


@pytest.mark.parametrize(
    ("text", "lightness", "chroma", "degrees"),
    [
        ("#ff0000", 0.628, 0.258, 29.2),
        ("#00ff00", 0.866, 0.295, 142.5),
        ("#0000ff", 0.452, 0.313, 264.1),
        ("#ffff00", 0.968, 0.211, 109.8),
    ],
)
def test_from_hex_agrees_with_css_color_4(
    text: str, lightness: float, chroma: float, degrees: float
) -> None:
    """The corners of sRGB are where every browser has them."""
    colour = from_hex(text)

    assert colour.lightness == pytest.approx(lightness, abs=0.001)
    assert colour.chroma == pytest.approx(chroma, abs=0.001)
    assert math.degrees(colour.hue) % 360 == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize(("text", "lightness"), [("#000000", 0), ("#ffffff", 1)])
def test_from_hex_finds_no_chroma_in_black_and_white(text: str, lightness: float) -> None:
    """Black is 0 and white is 1, and neither has a colour."""
    colour = from_hex(text)

    assert colour.lightness == pytest.approx(lightness, abs=1e-6)
    assert colour.chroma == pytest.approx(0, abs=1e-6)


@given(SHOWN)
def test_to_hex_gives_back_what_from_hex_read(text: str) -> None:
    """Every colour a screen can show survives the way there and back."""
    assert to_hex(from_hex(text)) == text


@given(MEANT)
def test_to_hex_writes_six_digits_whatever_is_meant(colour: Oklch) -> None:
    """Colours that no screen has become ones that it has."""
    text = to_hex(colour)

    assert len(text) == 7
    assert 0 <= int(text.removeprefix("#"), 16) <= 0xFFFFFF


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_to_hex_keeps_lightness_and_hue_of_what_is_too_vivid(degrees: int) -> None:
    """What cannot be shown gets duller, neither lighter nor another colour."""
    meant = Oklch(0.6, 0.4, math.radians(degrees))

    shown = from_hex(to_hex(meant))

    assert shown.lightness == pytest.approx(meant.lightness, abs=0.01)
    assert abs(math.remainder(shown.hue - meant.hue, math.tau)) < math.radians(2)
    assert shown.chroma < meant.chroma


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    """The numbers are those of WCAG's own examples, whichever colour comes first."""
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, one) == contrast(one, other)
