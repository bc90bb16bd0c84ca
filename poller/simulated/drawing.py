"""Pencils for the covers: a large square canvas, gradients, curves and shapes by mask.

All lengths and places are shares of the edge, x to the right and y down. Everything is drawn
at three times the largest size and scaled down, which is what makes the edges smooth.
"""

from collections.abc import Callable, Iterable, Sequence
from math import cos, pi, radians, sin
from typing import Final

from PIL import Image, ImageDraw

EDGE: Final = 1920

Point = tuple[float, float]
Curve = Callable[[float], float]


class Canvas:
    """A square picture to draw flat shapes on; in mode L it is a mask, open where it is white."""

    def __init__(self, colour: str = "black", *, mode: str = "RGB") -> None:
        self.image = Image.new(mode, (EDGE, EDGE), colour)
        self._draw = ImageDraw.Draw(self.image)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        radius: float = 0.0,
    ) -> None:
        """Fill a rectangle whose corners are rounded by ``radius``."""
        corners = _pixels([(x, y), (x + width, y + height)])
        self._draw.rounded_rectangle(corners, radius * EDGE, colour)

    def circle(self, x: float, y: float, radius: float, colour: str) -> None:
        self._draw.ellipse(_pixels([(x - radius, y - radius), (x + radius, y + radius)]), colour)

    def polygon(self, points: Iterable[Point], colour: str) -> None:
        self._draw.polygon(_pixels(points), colour)

    def below(self, curve: Curve, colour: str) -> None:
        """Fill everything under ``curve``."""
        self.polygon([*_along(curve), (1.01, 1.01), (-0.01, 1.01)], colour)

    def ribbon(self, upper: Curve, lower: Curve, colour: str) -> None:
        """Fill what lies between two curves."""
        self.polygon([*_along(upper), *reversed(_along(lower))], colour)

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        colour: str,
        *,
        width: float,
        degrees: tuple[float, float],
    ) -> None:
        """Draw a bow from one angle to the other, clockwise from three o'clock."""
        box = _pixels([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.arc(box, *degrees, colour, round(width * EDGE))

    def through(self, mask: "Canvas", other: "Canvas") -> None:
        """Show another canvas where ``mask`` is open."""
        self.image.paste(other.image, (0, 0), mask.image)


def gradient(stops: Sequence[str], *, degrees: float = 0.0) -> Image.Image:
    """Return a canvas-sized gradient through ``stops``, top to bottom, turned by ``degrees``."""
    column = Image.new("RGB", (1, len(stops)))
    for y, stop in enumerate(stops):
        column.paste(stop, (0, y, 1, y + 1))
    # Scaling from the centre of the first stop to that of the last leaves no flat ends.
    inner = (0, 0.5, 1, len(stops) - 0.5)
    if not degrees:
        return column.resize((EDGE, EDGE), Image.Resampling.BILINEAR, box=inner)
    # The largest upright square inside the turned one; small first, for it is smooth anyway.
    small = column.resize((EDGE // 4, EDGE // 4), Image.Resampling.BILINEAR, box=inner)
    turned = small.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    turn = radians(degrees)
    middle, half = turned.width / 2, small.width / 2 / (abs(cos(turn)) + abs(sin(turn)))
    square = (middle - half, middle - half, middle + half, middle + half)
    return turned.resize((EDGE, EDGE), Image.Resampling.BILINEAR, box=square)


def sines(base: float, *parts: tuple[float, float, float]) -> Curve:
    """Return a curve around ``base`` from (height, waves per edge, phase) parts."""
    return lambda x: (
        base + sum(height * sin(2 * pi * (waves * x + phase)) for height, waves, phase in parts)
    )


def shifted(curve: Curve, by: float) -> Curve:
    """Return ``curve`` moved down."""
    return lambda x: curve(x) + by


def _along(curve: Curve, steps: int = 160) -> list[Point]:
    return [(x, curve(x)) for x in (-0.01 + 1.02 * step / steps for step in range(steps + 1))]


def _pixels(points: Iterable[Point]) -> list[Point]:
    return [(x * EDGE, y * EDGE) for x, y in points]
