"""The wide card as one image that needs nothing else: for READMEs, feeds, mails and fallbacks.

It is drawn from what is known, not from the time, so it stays the same until something changes: a
proxy may ask as often as it likes. No script, no reference, no foreign markup, and no bar: behind a
cache it would always be wrong. Escaping is left to the standard library's XML writer.
"""

import base64
import re
import unicodedata
from typing import Final
from xml.etree import ElementTree as ET

from tonearm.poller.playback import Colours, State

from .fit import fitted
from .glyphs import NOTE, SPOTIFY
from .looks import Looks, mark_colour
from .scene import Scene, Words, byline, label, title

WIDTH: Final = 400
HEIGHT: Final = 128

# The sleeve's measures, in px: one padding, a square cover, the text from its far side on.
_PAD: Final = 16
_ART: Final = 96
_TEXT: Final = _PAD + _ART + _PAD
_TEXT_WIDTH: Final = WIDTH - _PAD - _TEXT
_MARK: Final = 24  # Spotify asks for 21 at least, and for half of it around
_STATUS_WIDTH: Final = _TEXT_WIDTH - _MARK - _MARK // 2
_STATUS_Y, _TITLE_Y, _BYLINE_Y = 41, 71, 92
_WITHOUT_BYLINE: Final = 10  # by so much the rest moves down to the middle
_BAR, _RING_SIDE, _GLYPH_GAP = 3, 9, 8
_BADGE: Final = 16
_AFTER_BADGE: Final = 22
_NOTE_SCALE: Final = 1.4

_BARS: Final = {
    State.PLAYING: (4.4, 11, 7.2),
    State.PAUSED: (11, 11),
    State.UNKNOWN: (4.4, 4.4, 4.4),
}
_RING: Final = (State.NOTHING, State.AD)

_FONTS: Final = (
    "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,"
    "sans-serif"
)
# XML 1.0 knows no other characters, escaped or not; one of them would break the whole image.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def card(seen: Scene, words: Words, looks: Looks, *, picture: bytes | None) -> bytes:
    """Return the image as SVG; ``picture`` is the cover as a small JPEG, if it is known."""
    drawing = _Drawing(starts_right=_reads_from_right(words["playing"]))
    drawing.add("title", _whole(seen, words), id="t")
    drawing.add("style", _style(*looks.sets(seen.item.palette if seen.item else None)))
    drawing.add("rect", kind="b", x=0.5, y=0.5, width=WIDTH - 1, height=HEIGHT - 1, rx=19.5)
    _draw_cover(drawing, picture)
    mark_x = drawing.x(WIDTH - _PAD - _MARK, _MARK)
    drawing.add("path", kind="s", d=SPOTIFY, transform=f"translate({mark_x:g} {_PAD})")
    _draw_lines(drawing, seen, words)
    return drawing.written()


class _Drawing:
    """An SVG that begins at the left, or at the right where its words are read from there."""

    def __init__(self, *, starts_right: bool) -> None:
        self._starts_right = starts_right
        self._root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
        self._root.attrib |= {"width": f"{WIDTH}", "height": f"{HEIGHT}"}
        self._root.attrib |= {"viewBox": f"0 0 {WIDTH} {HEIGHT}"}
        self._root.attrib |= {"role": "img", "aria-labelledby": "t"}

    def x(self, start: float, width: float = 0) -> float:
        """Return the left edge of what is ``width`` wide, ``start`` from where the card begins."""
        return WIDTH - start - width if self._starts_right else start

    def add(
        self, tag: str, text: str = "", *, kind: str = "", **attributes: str | float
    ) -> ET.Element:
        """Add an element; an underscore in an attribute's name stands for a dash."""
        given: dict[str, str | float] = {"class": kind} if kind else {}
        given |= {name.replace("_", "-"): value for name, value in attributes.items()}
        element = ET.SubElement(self._root, tag)
        element.attrib = {n: v if isinstance(v, str) else f"{v:g}" for n, v in given.items()}
        element.text = _NOT_XML.sub("\ufffd", text) or None
        return element

    def write(
        self, kind: str, text: str, *, y: float, px: float, weight: int, width: float, start: float
    ) -> None:
        """Add a line of text in its own direction, at the side where the card begins."""
        is_right = _reads_from_right(text)
        line = self.add(
            "text", fitted(text, width - start, px), kind=kind,
            x=self.x(_TEXT + start), y=y, font_size=px, font_weight=weight,
        )  # fmt: skip
        if is_right:
            line.set("direction", "rtl")
        if is_right != self._starts_right:
            line.set("text-anchor", "end")

    def written(self) -> bytes:
        return ET.tostring(self._root, encoding="unicode").encode()


def _whole(seen: Scene, words: Words) -> str:
    """Return all of it as one sentence, for those who hear the image; nothing is shortened."""
    explicit = words["explicit"] if seen.item and seen.item.explicit else ""
    what = filter(None, (title(seen, words), byline(seen, words), explicit))
    return f"{label(seen, words)}: {', '.join(what)}. Spotify"


def _style(light: Colours, dark: Colours) -> str:
    night = "" if dark == light else f"@media(prefers-color-scheme:dark){{{_rules(dark)}}}"
    return f"text{{font-family:{_FONTS}}}.r{{fill:none;stroke-width:2}}{_rules(light)}{night}"


def _rules(colours: Colours) -> str:
    return (
        f".b{{fill:{colours.bg};stroke:{colours.fg};stroke-opacity:.06}}.f{{fill:{colours.fg}}}"
        f".m{{fill:{colours.mu}}}.a{{fill:{colours.ac}}}.r{{stroke:{colours.mu}}}"
        f".k{{fill:{colours.fg};fill-opacity:.07}}.e{{fill:{colours.fg};fill-opacity:.14}}"
        f".s{{fill:{mark_colour(colours)}}}"
    )


def _draw_cover(drawing: _Drawing, picture: bytes | None) -> None:
    x = drawing.x(_PAD, _ART)
    if picture is None:
        drawing.add("rect", kind="k", x=x, y=_PAD, width=_ART, height=_ART, rx=4)
        inside = (_ART - 24 * _NOTE_SCALE) / 2
        place = f"translate({x + inside:g} {_PAD + inside:g}) scale({_NOTE_SCALE})"
        drawing.add("path", kind="m", d=NOTE, transform=place)
        return
    corners = drawing.add("clipPath", id="c")
    frame = {"x": f"{x:g}", "y": f"{_PAD}", "width": f"{_ART}", "height": f"{_ART}"}
    ET.SubElement(corners, "rect", frame | {"rx": "4"})
    data = base64.b64encode(picture).decode("ascii")
    drawing.add("image", clip_path="url(#c)", href=f"data:image/jpeg;base64,{data}", **frame)


def _draw_lines(drawing: _Drawing, seen: Scene, words: Words) -> None:
    """Draw status, title and byline, in the middle of the cover's height."""
    under = byline(seen, words)
    is_explicit = seen.item is not None and seen.item.explicit
    down = 0 if under or is_explicit else _WITHOUT_BYLINE
    after_glyph = _draw_glyph(drawing, seen.state, bottom=_STATUS_Y + down)
    drawing.write(
        "m", label(seen, words), y=_STATUS_Y + down, px=12.5, weight=500,
        width=_STATUS_WIDTH, start=after_glyph,
    )  # fmt: skip
    drawing.write(
        "f", title(seen, words), y=_TITLE_Y + down, px=18, weight=650, width=_TEXT_WIDTH, start=0
    )
    if is_explicit:
        x = drawing.x(_TEXT, _BADGE)
        drawing.add("rect", kind="e", x=x, y=_BYLINE_Y - 13, width=_BADGE, height=_BADGE, rx=3)
        drawing.add(
            "text", "E", kind="f", x=x + _BADGE / 2, y=_BYLINE_Y - 1.4,
            font_size=10, font_weight=700, text_anchor="middle",
        )  # fmt: skip
    if under:
        drawing.write(
            "m", under, y=_BYLINE_Y, px=14, weight=400,
            width=_TEXT_WIDTH, start=_AFTER_BADGE if is_explicit else 0,
        )  # fmt: skip


def _draw_glyph(drawing: _Drawing, state: State, *, bottom: float) -> int:
    """Draw three bars, a pause sign or a ring; return how much room it takes before the status."""
    if state in _RING:
        middle = _RING_SIDE / 2
        drawing.add("circle", kind="r", cx=drawing.x(_TEXT + middle), cy=bottom - middle, r=3.5)
        return _RING_SIDE + _GLYPH_GAP
    bars: tuple[float, ...] = _BARS.get(state, ())
    for at, height in enumerate(bars):
        x, y = drawing.x(_TEXT + at * (_BAR + 2), _BAR), bottom - height
        drawing.add("rect", kind="a", x=x, y=y, width=_BAR, height=height, rx=1)
    return len(bars) * (_BAR + 2) - 2 + _GLYPH_GAP if bars else 0


def _reads_from_right(text: str) -> bool:
    """Return whether the first letter with a direction is Hebrew, Arabic or the like."""
    kinds = map(unicodedata.bidirectional, text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"
