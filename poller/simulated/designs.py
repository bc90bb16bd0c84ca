"""The covers themselves: flat, bold, one idea each, and the same on every run."""

from collections.abc import Callable, Mapping
from math import atan2, cos, hypot, pi, sin
from random import Random
from typing import Final

from PIL import Image

from .drawing import Canvas, Point, gradient, shifted, sines

SMOOTH: Final = Image.Resampling.LANCZOS


def draw(slug: str) -> Image.Image:
    """Return the design ``slug`` in the largest size."""
    return DESIGNS[slug]().image.reduce(3)


def _dusk() -> Canvas:
    """Hills in evening haze, a low sun, paper lanterns rising."""
    canvas = Canvas()
    canvas.image.paste(gradient(("#fbe3bd", "#f8c592", "#f2a074", "#ea8462")))
    canvas.circle(0.655, 0.375, 0.165, "#fff1d2")
    ridges = (
        ("#f0a566", 0.56, 0.030, 1.1, 0.05),
        ("#dd7659", 0.645, 0.048, 1.45, 0.42),
        ("#ab4a5d", 0.735, 0.056, 1.2, 0.83),
        ("#6f3055", 0.83, 0.046, 1.75, 0.2),
        ("#3c1f45", 0.925, 0.034, 1.35, 0.62),
    )
    for colour, base, height, waves, phase in ridges:
        detail = (height * 0.34, waves * 2.7, phase * 3), (height * 0.13, waves * 7.3, phase * 7)
        canvas.below(sines(base, (height, waves, phase), *detail), colour)
    chance = Random(11)  # noqa: S311
    for _ in range(19):
        x, y = chance.uniform(0.06, 0.94), chance.uniform(0.10, 0.86)
        width = chance.uniform(0.010, 0.023) * (0.65 + 0.6 * y)
        colour = "#fff6df" if y < ridges[0][1] else "#ffe9b8"
        canvas.box(x, y, width, width * 1.3, colour, radius=width * 0.32)
    return canvas


def _waves() -> Canvas:
    """Ribbons of water from pink to midnight."""
    canvas = Canvas()
    canvas.image.paste(gradient(("#f8e7ff", "#cdb7e6", "#8d74b8", "#3d2672"), degrees=38))
    colours = (
        "#ffd7ef", "#ff9fd4", "#ee78cf", "#c95ad6", "#9a4bdc",
        "#7141cf", "#5538b4", "#3f2d92", "#2b2069",
    )  # fmt: skip
    for number, colour in enumerate(colours):
        drift = number * 0.022
        top = sines(
            0.215 + number * 0.0855,
            (0.060 - number * 0.002, 0.92, 0.03 + drift),
            (0.016, 1.9, 0.4 + drift * 2.2),
        )
        canvas.ribbon(top, shifted(top, 0.050), colour)
    return canvas


def _quarters() -> Canvas:
    """Sixteen tiles with a quarter circle each: leaves, if you want."""
    cream, lime, leaf, pine, moss, ochre = (
        "#f4f0dc", "#bcd977", "#5ba268", "#113c2f", "#1f6a4b", "#e8b746",
    )  # fmt: skip
    # ground, leaf, corner the leaf grows from (0 top left, then clockwise)
    tiles = (
        (lime, cream, 2), (cream, lime, 1), (lime, pine, 0), (cream, moss, 0),
        (lime, cream, 1), (moss, pine, 3), (pine, ochre, 0), (ochre, leaf, 2),
        (moss, cream, 2), (cream, lime, 2), (leaf, cream, 3), (pine, ochre, 2),
        (ochre, cream, 1), (pine, cream, 0), (lime, leaf, 2), (ochre, leaf, 2),
    )  # fmt: skip
    canvas = Canvas()
    for number, (ground, colour, corner) in enumerate(tiles):
        x, y = number % 4 / 4, number // 4 / 4
        canvas.box(x, y, 0.25, 0.25, ground)
        centre = ((0, 0), (1, 0), (1, 1), (0, 1))[corner]
        canvas.polygon(_pie(x + centre[0] / 4, y + centre[1] / 4, 0.25, corner * 90), colour)
    return canvas


def _pie(x: float, y: float, radius: float, degrees: float) -> list[Point]:
    """Return a quarter circle around (x, y), from ``degrees`` on clockwise."""
    angles = [(degrees + 90 * step / 48) * pi / 180 for step in range(49)]
    return [(x, y), *((x + radius * cos(angle), y + radius * sin(angle)) for angle in angles)]


def _rings() -> Canvas:
    """A coral sun, orbits fading into the night, one small moon."""
    night = "#0b1020"
    canvas = Canvas(night)
    x, y, step = 0.305, 0.70, 0.058
    colours = ("#1a2566", "#2336a0", "#3355d6", "#5d86f7", "#9db8ff", "#e2eaff")
    for number, colour in enumerate(colours):
        radius = 0.117 + (len(colours) - number) * 2 * step
        canvas.circle(x, y, radius, colour)
        canvas.circle(x, y, radius - step, night)
    canvas.circle(x, y, 0.119, "#ff7a59")
    angle = -48 * pi / 180
    canvas.circle(x + 0.668 * cos(angle), y + 0.668 * sin(angle), 0.030, "#ffd08a")
    return canvas


def _halftone() -> Canvas:
    """A flower seen through a printer's screen."""
    canvas = Canvas("#e9e7e0")
    rows, heart, bloom, field = 40, 0.0705, 0.47, 0.588
    pitch = 1 / rows
    for row in range(-1, rows + 2):
        for column in range(-1, rows + 2):
            x, y = (column + row % 2 / 2) * pitch, row * pitch * 0.98
            away = hypot(x - 0.5, y - 0.5)
            if away >= field:
                continue
            petal = bloom * (0.80 + 0.20 * cos(8 * atan2(y - 0.5, x - 0.5)))
            if away < heart:
                size, ink = 0.52 * (1 - away / heart) ** 0.5, "#e4572e"
            else:
                tone = max(0.0, 1 - away / petal) if away > heart * 1.13 else 0.0
                size, ink = 0.60 * tone**0.72, "#191919"
            canvas.circle(x, y, pitch * max(0.075, size), ink)
    return canvas


def _planes() -> Canvas:
    """Three letters on their way, folded."""
    canvas = Canvas("#ee5540")
    canvas.circle(0.5, 0.5, 0.36, "#f36c52")
    for step in range(26):
        share = step / 25
        x = 0.06 + 0.50 * share
        y = 0.90 - 0.32 * share + 0.075 * sin(share * 2 * pi)
        canvas.circle(x, y, 0.0052, "#ffd9c7")
    for x, y, size in ((0.735, 0.325, 0.50), (0.255, 0.275, 0.21), (0.80, 0.775, 0.145)):
        _plane(canvas, x, y, size)
    return canvas


def _plane(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a paper plane whose nose is up and to the right of (x, y)."""

    def at(*points: Point) -> list[Point]:
        return [(x + px * size, y + py * size) for px, py in points]

    nose, left, right = (0.36, -0.34), (-0.66, 0.02), (0.16, 0.46)
    notch, fold, keel = (-0.28, 0.20), (-0.10, 0.29), (-0.20, 0.52)
    canvas.polygon(at(nose, left, notch), "#fffaf3")
    canvas.polygon(at(nose, notch, keel), "#d9b6ad")
    canvas.polygon(at(nose, fold, keel), "#b98a86")
    canvas.polygon(at(nose, fold, right), "#f7e4d8")


def _arches() -> Canvas:
    """A viaduct before dawn, the first tram on top."""
    dawn = gradient(("#23265f", "#5b3f86", "#b3578f", "#f08a7c", "#fdc98b", "#ffe3ad"))
    canvas = Canvas()
    canvas.image.paste(dawn)
    wall, edge, shade = "#3a1d4d", "#532a63", "#260f38"
    _tram(canvas, 0.515, 0.205)
    canvas.box(0, 0.330, 1, 0.70, wall)
    canvas.box(0, 0.330, 1, 0.030, edge)
    canvas.box(0, 0.955, 1, 0.05, shade)
    openings = Canvas(mode="L")
    for centre in (0.165, 0.5, 0.835):
        _arch(canvas, centre, 0.122, shade)
        _arch(openings, centre + 0.030, 0.107, "white")
    behind = Canvas()
    behind.image.paste(dawn)
    behind.circle(0.5, 0.865, 0.150, "#fff3cf")
    canvas.through(openings, behind)
    return canvas


def _arch(canvas: Canvas, centre: float, half: float, colour: str) -> None:
    crown, floor = 0.565, 0.955
    canvas.circle(centre, crown, half, colour)
    canvas.box(centre - half, crown, 2 * half, floor - crown, colour)


def _tram(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(0, y - 0.052, 1, 0.0045, "#1c1440")
    pole = (x + 0.16, y), (x + 0.195, y - 0.05), (x + 0.203, y - 0.05), (x + 0.175, y)
    canvas.polygon(pole, "#1c1440")
    canvas.box(x, y, 0.34, 0.112, "#ffd27d", radius=0.022)
    canvas.box(x, y + 0.068, 0.34, 0.022, "#e4574f")
    for window in range(5):
        canvas.box(x + 0.022 + window * 0.061, y + 0.020, 0.047, 0.038, "#3a2f74", radius=0.007)
    for wheel in (0.07, 0.27):
        canvas.circle(x + wheel, y + 0.112, 0.018, "#1c1440")


def _harbour() -> Canvas:
    """A full moon over still water, one boat."""
    canvas = Canvas()
    canvas.image.paste(gradient(("#04212c", "#07384a", "#0d5a66", "#2b8a86")))
    canvas.circle(0.5, 0.44, 0.255, "#fbeccb")
    horizon = 0.60
    canvas.box(0, horizon, 1, 1 - horizon, "#062b38")
    widths = (0.40, 0.30, 0.345, 0.215, 0.26, 0.135, 0.165, 0.07)
    for number, width in enumerate(widths):
        shift = 0.022 * (1 if number % 2 else -1)
        y = horizon + 0.022 + number * 0.041
        canvas.box(0.5 - width / 2 + shift, y, width, 0.017, "#f4dba6", radius=0.0085)
    sail, shade, hull = "#ff8a5c", "#d9623f", "#031720"
    canvas.polygon([(0.640, 0.335), (0.640, 0.570), (0.775, 0.570)], sail)
    canvas.polygon([(0.628, 0.375), (0.628, 0.570), (0.535, 0.570)], shade)
    canvas.polygon([(0.505, 0.590), (0.800, 0.590), (0.755, 0.640), (0.560, 0.640)], hull)
    return canvas


def _microphone() -> Canvas:
    """A microphone that changes colour where the ground does."""
    yellow, navy, horizon = "#f6c532", "#1d2a3f", 0.615
    canvas = Canvas(yellow)
    canvas.box(0, horizon, 1, 1 - horizon, navy)
    shape = Canvas(mode="L")
    shape.box(0.385, 0.125, 0.23, 0.390, "white", radius=0.115)
    for slit in range(4):
        shape.box(0.440, 0.217 + slit * 0.054, 0.12, 0.020, "black", radius=0.010)
    shape.arc(0.5, 0.395, 0.203, "white", width=0.036, degrees=(0, 180))
    for x in (0.315, 0.685):
        shape.circle(x, 0.396, 0.018, "white")
    shape.box(0.482, 0.580, 0.036, 0.220, "white")
    shape.box(0.375, 0.785, 0.25, 0.042, "white", radius=0.021)
    swapped = Canvas(navy)
    swapped.box(0, horizon, 1, 1 - horizon, yellow)
    canvas.through(shape, swapped)
    return canvas


DESIGNS: Final[Mapping[str, Callable[[], Canvas]]] = {
    "arches": _arches,
    "dusk": _dusk,
    "halftone": _halftone,
    "harbour": _harbour,
    "microphone": _microphone,
    "planes": _planes,
    "quarters": _quarters,
    "rings": _rings,
    "waves": _waves,
}
