"""How much of a text fits: into so many characters, or into so many pixels of a system font.

Nobody here knows the viewer's font, so widths are estimated from those of the common ones, rather
too wide than too narrow. Cuts fall between characters as people see them.
"""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

ELLIPSIS: Final = "…"
# What opens or joins and has lost what it was for: "Houseplants Remember (" becomes "... Remember".
_LOOSE: Final = " ([{<«‹“„‘（「『【《〈-–—,:;/|&·、"  # noqa: RUF001  (as titles have them)

# In em, semibold; Segoe UI, Roboto, Helvetica and Noto Sans differ by a tenth.
_NARROW: Final = dict.fromkeys(" !',.:;I|ijl", 0.31) | dict.fromkeys('"()-/[]`frt{}', 0.41)
_BROAD: Final = dict.fromkeys("%@MWmw—…ЖМФШЩЫЮжмфшщыю", 0.93)
_WIDTHS: Final = _NARROW | _BROAD
_UPPER: Final = 0.72
_OTHER: Final = 0.6
_SQUARE: Final = 1.0  # Chinese, Japanese, Korean: twice a letter
_EMOJI: Final = 1.3


def shortened(text: str, most: int) -> str:
    """Return ``text`` in at most ``most`` characters (1 or more), with an ellipsis if cut."""
    return _cut(text, most, len)


def fitted(text: str, width_px: float, size_px: float) -> str:
    """Return as much of ``text`` as fits ``width_px`` at a font size, with an ellipsis if cut."""
    return _cut(text, width_px, lambda piece: size_px * sum(map(_width, piece)))


def _cut(text: str, room: float, measure: Callable[[str], float]) -> str:
    if measure(text) <= room:
        return text
    kept, left = "", room - measure(ELLIPSIS)
    for grapheme in _graphemes(text):
        left -= measure(grapheme)
        if left < 0:
            break
        kept += grapheme
    return (kept.rstrip(_LOOSE) or kept.rstrip()) + ELLIPSIS


def _graphemes(text: str) -> Iterator[str]:
    if text.isascii():
        return iter(text)
    from wcwidth import iter_graphemes  # noqa: PLC0415  (its tables take 40 ms to load)

    return iter_graphemes(text)


def _width(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return _EMOJI if category == "So" else _SQUARE
    return _UPPER if category == "Lu" else _OTHER
