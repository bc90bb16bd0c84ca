"""Templates of one line, such as ``{title} - {artist}``: listed names are replaced, nothing else.

A template may come from a stranger's address. It is cut and cleaned like a title, and replacing is
all that happens: no formats, no attributes, no second pass over what was put in.
"""

import re
from collections.abc import Mapping
from typing import Final

from tonearm.poller.text import TEXT_BYTES, clean

from .scene import Scene

NAMES: Final = (
    "title",
    "artist",
    "artists",
    "first_artist",
    "album",
    "show",
    "url",
    "state",
    "progress",
    "duration",
    "time_left",
)
DEFAULT: Final = "{title} - {artist}"

_NAME: Final = re.compile(rf"\{{({'|'.join(NAMES)})\}}")
_SEPARATOR: Final = re.compile(r"\s*[-–—·•|/,:~]+\s*")  # noqa: RUF001  (dashes people use)


def values(seen: Scene, position_ms: int | None) -> dict[str, str]:
    """Return what each name stands for; what is not known is empty."""
    item = seen.item
    if item is None:
        return dict.fromkeys(NAMES, "") | {"state": seen.state.value}
    first = item.artists[0].name if item.artists else item.byline
    left_ms = item.duration_ms - position_ms if item.duration_ms and position_ms is not None else 0
    found = {
        "title": item.title,
        "artist": item.byline,
        "artists": item.byline,
        "first_artist": first,
        "album": item.album.name if item.album else "",
        "show": item.show.name if item.show else "",
        "url": item.url or "",
        "state": seen.state.value,
        "progress": "" if position_ms is None else _clock(position_ms),
        "duration": _clock(item.duration_ms) if item.duration_ms else "",
        "time_left": _clock(left_ms) if left_ms else "",
    }
    return {name: clean(text, TEXT_BYTES) for name, text in found.items()}


def fill(template: str, found: Mapping[str, str]) -> str:
    """Return ``template`` on one line with its names replaced; other braces stay as they are.

    A name that stands for nothing takes a separator beside it along: no dash is left over.
    """
    pieces = _NAME.split(clean(template, TEXT_BYTES))  # text, name, text, name, ..., text
    for at in range(1, len(pieces), 2):
        pieces[at] = found[pieces[at]]
        if not pieces[at]:
            for beside in (at - 1, at + 1):
                if _SEPARATOR.fullmatch(pieces[beside]):
                    pieces[beside] = ""
                    break
    return " ".join("".join(pieces).split())


def _clock(duration_ms: int) -> str:
    """Return a length of time as 3:31 or 1:02:09."""
    minutes, seconds = divmod(duration_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
