"""Colours as the eye counts them: lightness, chroma and hue, and the contrast of two of them.

Pure numbers. OKLCH is Björn Ottosson's OKLab (https://bottosson.github.io/posts/oklab/, whose
matrices these are) in polar form: equal steps look equally large, so one recipe suits every hue.
Contrast is that of WCAG 2.2, counted on the eight bits per channel that are really shown.
"""

import math
from typing import Final, NamedTuple

_FITS: Final = 1e-4  # a channel may overshoot by this much; eight bits do not show it
_HALVINGS: Final = 12


class Oklch(NamedTuple):
    """A colour: ``lightness`` 0 to 1, ``chroma`` 0 (grey) to about 0.32, ``hue`` in radians."""

    lightness: float
    chroma: float
    hue: float


def from_hex(text: str) -> Oklch:
    """Return the colour written as ``#rrggbb``."""
    red, green, blue = _channels(text)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.atan2(b, a))


def to_hex(colour: Oklch) -> str:
    """Return ``colour`` as ``#rrggbb``; what no screen can show loses chroma, never hue."""
    channels = _linear(colour)
    if not _is_shown(channels):
        least, most = 0.0, colour.chroma
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            if _is_shown(_linear(colour._replace(chroma=middle))):
                least = middle
            else:
                most = middle
        channels = _linear(colour._replace(chroma=least))
    return "#" + "".join(f"{_encode(channel):02x}" for channel in channels)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written as ``#rrggbb``, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _channels(text: str) -> tuple[float, float, float]:
    """Return red, green and blue of ``#rrggbb`` as amounts of light, 0 to 1."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return _decode(red), _decode(green), _decode(blue)


def _luminance(text: str) -> float:
    red, green, blue = _channels(text)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: Oklch) -> tuple[float, float, float]:
    """Return the amounts of red, green and blue light; outside 0 to 1 where no screen gets."""
    a = colour.chroma * math.cos(colour.hue)
    b = colour.chroma * math.sin(colour.hue)
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _is_shown(channels: tuple[float, float, float]) -> bool:
    return all(-_FITS <= channel <= 1 + _FITS for channel in channels)


def _decode(byte: int) -> float:
    """Return the amount of light, 0 to 1, that sRGB means by ``byte``."""
    share = byte / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _encode(amount: float) -> int:
    """Return the byte by which sRGB means this amount of light; see :func:`_decode`."""
    amount = min(1.0, max(0.0, amount))
    share = 12.92 * amount if amount <= 0.0031308 else 1.055 * amount ** (1 / 2.4) - 0.055  # noqa: PLR2004
    return round(share * 255)
