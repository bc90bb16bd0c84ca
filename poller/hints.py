"""Hints: somebody near the player says that something changed, now look.

A hint carries nothing to believe. The API lags behind the player by about a second, so a hint
brings a short series of looks that ends when one of them shows a change. Hints come from any
local user: they are limited, and those that announce nothing use up the limit faster.
"""

import math
from typing import Final

import msgspec

LOOKS_S: Final = (0.9, 2.2, 5.0)
"""How long after a hint its looks come; the first one sees nine changes in ten."""
BURST: Final = 10.0
"""So many hints at once are heard."""
REFILL_S: Final = 30.0
"""One more hint is heard each time this has passed."""
VAIN_COST: Final = 2.0
"""What a hint costs on top, in hints, when nothing had changed."""


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """The hints heard so far; instants are monotonic seconds.

    ``at_s`` is the hint that is being followed, None while there is none, and ``looks`` how many
    of its looks were made. ``again_s`` is a hint that came before the first of them. ``credit``
    hints were to be heard at ``credited_s``; it falls below zero by hints in vain.
    """

    at_s: float | None = None
    looks: int = 0
    again_s: float | None = None
    credit: float = BURST
    credited_s: float = -math.inf

    @property
    def due_s(self) -> float | None:
        """When the next look of the series is due, None when there is none."""
        return None if self.at_s is None else self.at_s + LOOKS_S[self.looks]


def after_hint(hints: Hints, now_s: float) -> Hints:
    """Return ``hints`` after one more of them; it may go unheard."""
    if hints.at_s is not None and hints.looks == 0:
        return msgspec.structs.replace(hints, again_s=now_s)
    refilled = (now_s - hints.credited_s) / REFILL_S
    credit = min(BURST, hints.credit + refilled)
    hints = msgspec.structs.replace(hints, credit=credit, credited_s=now_s)
    if credit < 1:
        return hints
    return msgspec.structs.replace(hints, at_s=now_s, looks=0, credit=credit - 1)


def after_look(hints: Hints, asked_s: float, *, is_change: bool) -> Hints:
    """Return ``hints`` after a look that was asked at ``asked_s`` and showed a change or none."""
    if hints.at_s is None or hints.due_s is None or asked_s < hints.at_s:
        return hints
    if not is_change and asked_s < hints.due_s:
        return hints
    if hints.again_s is not None:
        credit = hints.credit - 1 - (0.0 if is_change else VAIN_COST)
        return msgspec.structs.replace(
            hints,
            at_s=hints.again_s if credit >= 0 else None,
            looks=0,
            again_s=None,
            credit=credit,
        )
    if is_change:
        return msgspec.structs.replace(hints, at_s=None, looks=0)
    if hints.looks + 1 < len(LOOKS_S):
        return msgspec.structs.replace(hints, looks=hints.looks + 1)
    return msgspec.structs.replace(hints, at_s=None, looks=0, credit=hints.credit - VAIN_COST)
