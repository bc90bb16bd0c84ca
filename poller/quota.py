"""How long Spotify wants to be left alone, and how that is kept over a restart.

A Retry-After is a floor and honoured in full: lock-outs of 12 to 24 hours are real. Without a
usable one, or when waiting that long was answered by the next refusal, the wait doubles.
"""

from typing import Final

import msgspec

from .errors import RateLimited

FLOOR_S: Final = 30.0
QUOTA_FLOOR_S: Final = 900.0
CEILING_S: Final = 86_400.0
"""A wait we choose ourselves never grows beyond a day; one that Spotify names may."""
MARGIN_S: Final = 1.0
"""Retry-After comes in whole seconds: a look at the very second would be early half the time."""


class Instant(msgspec.Struct, frozen=True, kw_only=True):
    """An instant that is kept: monotonic, on the boot ``boot_id``, and in ms UTC for another."""

    at_s: float
    at: int
    boot_id: str


class Cooldown(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nothing may be asked.

    ``until_s`` is monotonic and means something only on the boot ``boot_id``; ``began_at`` and
    ``until_at`` are ms UTC, for display and for another boot. ``strikes`` counts the refusals in
    a row that led here.
    """

    began_at: int
    until_at: int
    until_s: float
    boot_id: str
    is_quota: bool
    strikes: int = 1


def cooldown_after(
    error: RateLimited, *, strikes: int, now_s: float, now_at: int, boot_id: str
) -> Cooldown:
    """Return the cooldown that a 429 starts; ``strikes`` counts the 429s in a row before it."""
    floor_s = QUOTA_FLOOR_S if error.is_quota else FLOOR_S
    own_s = min(CEILING_S, floor_s * 2 ** min(strikes, 12))
    match error.retry_after_s:
        case None:
            wait_s = own_s
        case named_s:
            wait_s = max(named_s, own_s) if strikes else named_s
    wait_s += MARGIN_S
    return Cooldown(
        began_at=now_at,
        until_at=now_at + round(wait_s * 1000),
        until_s=now_s + wait_s,
        boot_id=boot_id,
        is_quota=error.is_quota,
        strikes=strikes + 1,
    )


def resumed(cooldown: Cooldown, *, now_s: float, now_at: int, boot_id: str) -> Cooldown:
    """Return ``cooldown`` as it stands after a restart of the program or of the machine.

    On the same boot the monotonic clock tells what is left. On another boot only the wall clock
    can; it may be wrong, so what is left is never more than the whole cooldown was.
    """
    if cooldown.boot_id == boot_id:
        return cooldown
    whole_ms = cooldown.until_at - cooldown.began_at
    left_ms = max(0, min(whole_ms, cooldown.until_at - now_at))
    return msgspec.structs.replace(
        cooldown,
        until_at=now_at + left_ms,
        until_s=now_s + left_ms / 1000,
        boot_id=boot_id,
    )


def recalled_s(instant: Instant, *, now_s: float, now_at: int, boot_id: str) -> float:
    """Return the monotonic instant on this boot, negative for one before it; never in the future.

    A wall clock that is behind on the new boot makes it a moment ago, not one to come.
    """
    if instant.boot_id == boot_id:
        return min(now_s, instant.at_s)
    return now_s - max(0, now_at - instant.at) / 1000
