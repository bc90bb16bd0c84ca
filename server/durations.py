"""A length of time as an owner types it: ``30m``, ``2h``, ``1h30m``, ``1d``, ``90`` (minutes)."""

import re
from typing import Final

LONGEST_S: Final = 366 * 86_400
_TYPED: Final = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?:in)?)?", re.ASCII)


class NotADuration(ValueError):
    """What was typed is no length of time, or over a year."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a length of time, or longer than a year: write 30m, 2h, 1h30m, 1d,"
            " or 90 for minutes."
        )


def seconds(text: str) -> float:
    """Return a length of time in seconds; raise NotADuration if it is none."""
    typed = re.sub(r"\s+", "", text.lower())
    if re.fullmatch(r"[0-9]{1,6}", typed):
        typed += "m"
    found = _TYPED.fullmatch(typed)
    if found is None:
        raise NotADuration(text)
    days, hours, minutes = (int(part or 0) for part in found.groups())
    duration_s = days * 86_400 + hours * 3_600 + minutes * 60
    if not 0 < duration_s <= LONGEST_S:
        raise NotADuration(text)
    return float(duration_s)
