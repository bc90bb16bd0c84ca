"""The colours a card takes from a cover: one seed, and three quiet sets cut from it.

Pure: swatches in, ready sets out, and all of them can be read. It knows nothing of files or of
fetching. One recipe suits every hue because it is counted in OKLCH: grounds keep a breath of the
seed's chroma, ink next to none, and only the accent may be as strong as the cover itself.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from tonearm.poller.playback import Colours, Palette

from .oklch import Oklch, contrast, from_hex, to_hex

# WCAG 2.2 asks 7 of ink (AAA) and 4.5 of the rest (AA); what is above that is margin.
INK_CONTRAST: Final = 12.0
BOLD_INK_CONTRAST: Final = 7.2
MUTED_CONTRAST: Final = 4.7
ACCENT_CONTRAST: Final = 4.6

GREY_CHROMA: Final = 0.018
"""A cover of less mean chroma is black and white to the eye."""

_WHITE: Final = "#ffffff"
_STEP: Final = 0.005  # of lightness: too little to be seen
_SAME_HUE: Final = math.radians(40)
_VIVID: Final = 0.06  # the chroma from which a bold ground need not hide

# A yellow or orange that is only made darker turns olive; painters go towards red.
_DEEP: Final = 0.6
_AMBER: Final = math.radians(75)
_AMBER_REACH: Final = math.radians(45)
_DEEPENS_BY: Final = math.radians(16)


class Swatch(NamedTuple):
    """One of the few colours a cover is made of (``#rrggbb``), and its share of the area."""

    share: float
    colour: str


class _Tone(NamedTuple):
    """A shade of the seed: its lightness, and how much of the seed's chroma it keeps."""

    lightness: float
    keeps: float
    at_most: float

    def of(self, seed: Oklch) -> Oklch:
        hue = _deepened(seed.hue) if self.lightness < _DEEP else seed.hue
        return Oklch(self.lightness, min(self.keeps * seed.chroma, self.at_most), hue)


# Ground, ink, muted ink, accent.
_LIGHT: Final = (
    _Tone(0.968, 0.18, 0.022),
    _Tone(0.24, 0.25, 0.036),
    _Tone(0.52, 0.30, 0.042),
    _Tone(0.56, 1.00, 0.170),
)
_DARK: Final = (
    _Tone(0.225, 0.20, 0.024),
    _Tone(0.968, 0.06, 0.010),
    _Tone(0.74, 0.25, 0.034),
    _Tone(0.765, 1.00, 0.155),
)
_BOLD_MUTED: Final = _Tone(0.875, 0.40, 0.050)
_BOLD_ACCENT: Final = _Tone(0.945, 0.25, 0.032)


def palette(swatches: Sequence[Swatch]) -> Palette:
    """Return the three sets for a cover that is made of ``swatches``."""
    seed = _seed([(share, from_hex(colour)) for share, colour in swatches])
    return Palette(light=_soft(seed, *_LIGHT), dark=_soft(seed, *_DARK), bold=_bold(seed))


def _seed(colours: Sequence[tuple[float, Oklch]]) -> Oklch:
    """Return the colour a person would name first; one without chroma for a grey cover."""
    area = sum(share for share, _ in colours)
    if sum(share * each.chroma for share, each in colours) <= GREY_CHROMA * area:
        return Oklch(0.5, 0.0, 0.0)
    weights = [share * each.chroma * _visibility(each.lightness) for share, each in colours]

    def strength(index: int) -> float:
        # Shades of one hue stand for each other: a cover in four greens and one gold is green.
        hue = colours[index][1].hue
        kin = [_kinship(hue, each.hue) for _, each in colours]
        return weights[index] * sum(w * k for w, k in zip(weights, kin, strict=True))

    return colours[max(range(len(colours)), key=strength)][1]


def _visibility(lightness: float) -> float:
    """Return how much a hue tells at this lightness: little near black and near white."""
    return max(0.05, 1 - ((lightness - 0.62) / 0.5) ** 2)


def _kinship(hue: float, other: float) -> float:
    """Return 1 for the same hue, falling to 0 for one that has another name."""
    return max(0.0, 1 - abs(math.remainder(hue - other, math.tau)) / _SAME_HUE)


def _deepened(hue: float) -> float:
    """Return the hue of a deep shade: orange turns to terracotta and yellow to ochre, not olive."""
    nearness = 1 - abs(math.remainder(hue - _AMBER, math.tau)) / _AMBER_REACH
    return hue - _DEEPENS_BY * max(0.0, nearness)


def _soft(seed: Oklch, ground: _Tone, ink: _Tone, muted: _Tone, accent: _Tone) -> Colours:
    bg = to_hex(ground.of(seed))
    fg = _legible(ink.of(seed), bg, INK_CONTRAST)
    mu = _legible(muted.of(seed), bg, MUTED_CONTRAST)
    ac = _legible(accent.of(seed), bg, ACCENT_CONTRAST) if seed.chroma else fg
    return Colours(bg=bg, fg=fg, mu=mu, ac=ac)


def _bold(seed: Oklch) -> Colours:
    """Return white on the colour itself, as deep as that needs; a dull colour is deeper still."""
    depth = 0.35 + 0.09 * min(1.0, seed.chroma / _VIVID)
    bg = _legible(_Tone(depth, 1.0, 0.125).of(seed), _WHITE, BOLD_INK_CONTRAST)
    mu = _legible(_BOLD_MUTED.of(seed), bg, MUTED_CONTRAST)
    ac = _legible(_BOLD_ACCENT.of(seed), bg, ACCENT_CONTRAST) if seed.chroma else _WHITE
    return Colours(bg=bg, fg=_WHITE, mu=mu, ac=ac)


def _legible(colour: Oklch, other: str, least: float) -> str:
    """Return ``colour``, moved in lightness away from ``other`` until both contrast enough."""
    step = _STEP if colour.lightness > from_hex(other).lightness else -_STEP
    while contrast(text := to_hex(colour), other) < least and 0 < colour.lightness < 1:
        colour = colour._replace(lightness=colour.lightness + step)
    return text
