"""What a command prints on a terminal: colour where there is one, widths that fit, spans of time.

Pure but for asking whether a stream is a terminal. Nothing here knows what is printed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TextIO

_STYLE: Final = re.compile(r"\x1b\[\d+m")
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Colours and signs; without colour every method returns the text as it is."""

    is_coloured: bool = False
    is_unicode: bool = True

    def bold(self, text: str) -> str:
        return self._drawn("1", text)

    def dim(self, text: str) -> str:
        return self._drawn("2", text)

    def good(self, text: str) -> str:
        return self._drawn("32", text)

    def warning(self, text: str) -> str:
        return self._drawn("33", text)

    def bad(self, text: str) -> str:
        return self._drawn("31", text)

    def sign(self, sign: str, plain: str) -> str:
        """Return ``sign``, or ``plain`` where only ASCII can be printed."""
        return sign if self.is_unicode else plain

    def _drawn(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.is_coloured and text else text


def ink_for(stream: TextIO, environ: Mapping[str, str]) -> Ink:
    """Return what ``stream`` can show; https://no-color.org is respected."""
    is_coloured = stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    try:
        "▶━…".encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return Ink(is_coloured=is_coloured, is_unicode=False)
    return Ink(is_coloured=is_coloured)


def width(text: str) -> int:
    """Return how many columns ``text`` takes; Chinese and emoji take two each."""
    if text.isascii():
        return len(text)
    import wcwidth  # noqa: PLC0415  (its tables take 40 ms to load)

    return wcwidth.width(text)


def cut(text: str, columns: int, *, mark: str = "…") -> str:
    """Return as much of ``text`` as ``columns`` hold, with ``mark`` where something is missing."""
    if width(text) <= columns:
        return text
    if columns <= len(mark):
        return mark[:columns] if columns > 0 else ""
    if text.isascii():
        return text[: columns - len(mark)].rstrip() + mark
    import wcwidth  # noqa: PLC0415

    return wcwidth.clip(text, 0, columns - len(mark)).rstrip() + mark


def behind(head: str, text: str, *, columns: int) -> Iterator[str]:
    """Yield ``text`` behind ``head``, in as many lines as it takes; no word is torn.

    The lines that follow begin below the first one's text.
    """
    indent = width(_STYLE.sub("", head))
    line, used = head, indent
    for number, word in enumerate(text.split(" ")):
        wide = width(_STYLE.sub("", word))
        if number and used + 1 + wide > columns and used > indent:
            yield line
            line, used = " " * indent + word, indent + wide
        else:
            line += f" {word}" if number else word
            used += wide + bool(number)
    yield line


def span(duration_s: float) -> str:
    """Return a length of time as people say it, no finer than it matters."""
    left_s = max(0, round(duration_s))
    if left_s < _MINUTE_S:
        return f"{left_s} s"
    if left_s < _HOUR_S:
        return f"{left_s // _MINUTE_S} min"
    if left_s < _DAY_S:
        hours, rest_s = divmod(left_s, _HOUR_S)
        minutes = rest_s // _MINUTE_S
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return plural(left_s // _DAY_S, "day")


def plural(count: int, noun: str) -> str:
    """Return ``count`` and its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def in_days(days: int) -> str:
    """Return when something is that is so many whole days away: 'in 3 days', or 'today'."""
    return f"in {plural(days, 'day')}" if days else "today"


def local_time(at: int, *, now_at: int) -> str:
    """Return an instant (ms UTC) in the local time zone, with its day if that is not today."""
    then = datetime.fromtimestamp(at / 1000).astimezone()
    today = datetime.fromtimestamp(now_at / 1000).astimezone().date()
    clock = f"{then:%H:%M}"
    return clock if then.date() == today else f"{then.day} {then:%B}, {clock}"


def local_day(at: int) -> str:
    """Return the day of an instant (ms UTC) in the local time zone."""
    then = datetime.fromtimestamp(at / 1000).astimezone()
    return f"{then.day} {then:%B %Y}"
