"""How long before their nominal end this owner's items end.

Crossfade, automix and gapless playback shorten what is heard, and Spotify's duration does not say
so. When the next item began is known from its progress; where several such ends agree, the next
one will too. It knows nothing of looks.
"""

from statistics import median
from typing import Final

import msgspec

from .listening import Session

EARLIEST_S: Final = 13.0
"""Crossfade is 12 s at most: who is further from the end has skipped."""
LATEST_S: Final = 3.0
"""A speaker may take its time between two items."""
AGREE_S: Final = 0.8
ENOUGH: Final = 2
REMEMBERED: Final = 7
NATURAL_S: Final = 2.5
"""An end this near to the predicted one came by itself."""


class Endings(msgspec.Struct, frozen=True, kw_only=True):
    """How early the last items ended, in seconds, the newest last; skips near an end among them."""

    recent_s: tuple[float, ...] = ()

    @property
    def early_s(self) -> float:
        """How early the next item will end: the median of those that agree, 0 if none do."""
        groups = [
            [other_s for other_s in self.recent_s if abs(other_s - early_s) <= AGREE_S]
            for early_s in reversed(self.recent_s)
        ]
        best = max(groups, key=len, default=[])
        return median(best) if len(best) >= ENOUGH else 0.0


def early_s(before: Session, after: Session) -> float | None:
    """Return how long before its nominal end the item of ``before`` gave way to that of ``after``.

    None when that cannot be told, or was certainly not its end.
    """
    end_s = before.end_s()
    if end_s is None or after.item is None or after.playback.progress_ms is None:
        return None
    began_s = after.as_of_s - after.position_ms / 1000
    early = end_s - began_s
    return early if -LATEST_S <= early <= EARLIEST_S else None


def noted(endings: Endings, early: float) -> Endings:
    """Return ``endings`` with one more."""
    return Endings(recent_s=(*endings.recent_s, round(early, 3))[-REMEMBERED:])


def is_natural(endings: Endings, early: float | None) -> bool:
    """Tell whether an item that ended so early ended by itself."""
    return early is not None and abs(early - endings.early_s) <= NATURAL_S
