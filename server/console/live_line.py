"""What `tonearm watch` shows of a snapshot: a line that lives in a terminal, a plain one in a pipe.

Pure. A snapshot may come from a stranger's service, so every text in it is cleaned here.
"""

from typing import Final

import msgspec

from tonearm.poller.playback import State
from tonearm.poller.text import TEXT_BYTES, clean
from tonearm.server.ink import Ink, cut, span, width

from .status_screen import SIGNS

MOST_COLUMNS: Final = 100
BAR_COLUMNS: Final = 20
_ROOM_FOR_BAR: Final = 60
_ROOM_FOR_TIMES: Final = 32
_ROOM_FOR_BYLINE: Final = 6
_HOUR_S: Final = 3_600

_WORDS: Final = {"nothing": "Nothing was played yet", "ad": "Adverts", "unknown": "Something plays"}


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What of an item is shown here."""

    title: str = ""
    byline: str = ""
    duration_ms: int = 0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of the public feed; fields and words that a later version adds are not minded."""

    type: str
    state: str = ""
    health: str = "ok"
    now: int = 0
    as_of: int | None = None
    position_ms: int | None = None
    ended_at: int | None = None
    item: Named | None = None

    def position_at(self, since_s: float) -> int | None:
        """Return where the item stands (ms) ``since_s`` after this frame arrived."""
        if self.position_ms is None or self.item is None:
            return None
        moved_ms = 0
        if self.state == State.PLAYING:
            moved_ms = self.now - (self.as_of or self.now) + round(since_s * 1000)
        position_ms = max(0, self.position_ms + moved_ms)
        return min(position_ms, self.item.duration_ms) if self.item.duration_ms else position_ms


def plain(seen: Seen) -> str:
    """Return the line for a pipe: ``playing: Title - Byline``."""
    parts = [_clean(seen.item.title), _clean(seen.item.byline)] if seen.item else []
    line = _clean(seen.state)
    if text := " - ".join(part for part in parts if part):
        line += f": {text}"
    return line if seen.health == "ok" else f"{line} [{_clean(seen.health)}]"


def live(seen: Seen, since_s: float, *, columns: int, ink: Ink) -> str:
    """Return the line for a terminal of this width, ``since_s`` after the frame arrived."""
    room = min(columns, MOST_COLUMNS) - 1  # a full line would wrap in some terminals
    left = f"{ink.sign(*SIGNS.get(seen.state, SIGNS[State.UNKNOWN]))} "
    right, right_columns = _right(seen, since_s, room, ink)
    text_columns = room - width(left) - (right_columns + 2 if right else 0)
    text, used = _text(seen, text_columns, ink)
    if not right:
        return left + text
    return f"{left}{text}{' ' * (text_columns - used + 2)}{right}"


def _text(seen: Seen, columns: int, ink: Ink) -> tuple[str, int]:
    """Return title and byline, and how many columns they take."""
    mark = ink.sign("…", "...")
    if seen.item is None:
        text = cut(_WORDS.get(seen.state, _clean(seen.state)), columns, mark=mark)
        return text, width(text)
    title = cut(_clean(seen.item.title), columns, mark=mark)
    used, byline = width(title), _clean(seen.item.byline)
    drawn = ink.bold(title)
    between = ink.sign(" · ", " - ")
    if byline and columns - used - len(between) >= _ROOM_FOR_BYLINE:
        byline = cut(byline, columns - used - len(between), mark=mark)
        drawn += ink.dim(between + byline)
        used += len(between) + width(byline)
    return drawn, used


def _right(seen: Seen, since_s: float, room: int, ink: Ink) -> tuple[str, int]:
    """Return progress or how long ago, and how many columns that takes."""
    if room < _ROOM_FOR_TIMES:
        return "", 0
    if seen.health != "ok":
        word = cut(_clean(seen.health).replace("_", " "), room // 2, mark=ink.sign("…", "..."))
        return ink.bad(word), width(word)
    position_ms = seen.position_at(since_s)
    if seen.item is not None and position_ms is not None:
        return _progress(position_ms, seen.item.duration_ms, room, ink)
    if seen.ended_at is None:
        return "", 0
    ago = f"{span((seen.now - seen.ended_at) / 1000 + since_s)} ago"
    return ink.dim(ago), len(ago)


def _progress(position_ms: int, duration_ms: int, room: int, ink: Ink) -> tuple[str, int]:
    times = f"{_clock(position_ms)} / {_clock(duration_ms)}" if duration_ms else _clock(position_ms)
    if not duration_ms or room < _ROOM_FOR_BAR:
        return times, len(times)
    done = round(BAR_COLUMNS * position_ms / duration_ms)
    bar = ink.good(ink.sign("━", "=") * done) + ink.dim(ink.sign("─", "-") * (BAR_COLUMNS - done))
    return f"{bar}  {times}", BAR_COLUMNS + 2 + len(times)


def _clock(position_ms: int) -> str:
    minutes, seconds = divmod(position_ms // 1000, 60)
    if position_ms < _HOUR_S * 1000:
        return f"{minutes}:{seconds:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _clean(text: str) -> str:
    return clean(text, TEXT_BYTES)
