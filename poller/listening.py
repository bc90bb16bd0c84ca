"""The listening session as it is believed to be: what plays, where in it, since when.

Values and what follows from them alone. How one observation after another changes what is
believed is the business of ``changes``.
"""

import math
from typing import Final

import msgspec

from .playback import STOPPED, Item, Observation, Playback, Status

SEEK_MS: Final = 2_000
"""A position further off than this is a seek; less is the lag of the API."""
OVERRUN_S: Final = 10.0
"""Progress may run past the end by this much before the session counts as dead."""
FROZEN_LOOKS: Final = 3
FROZEN_S: Final = 20.0
"""So many looks over so long a time with the very same progress: nothing is playing."""
ECHO_S: Final = 10.0
"""For so long after a change an answer may still tell of what was before (spotify/web-api#636)."""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Where an item stood when another item or another position of it took its place."""

    uri: str
    position_ms: int
    as_of_s: float
    left_s: float

    def is_echoed_by(self, seen: Observation) -> bool:
        """Tell whether ``seen`` goes on with this as if nothing had happened."""
        item, progress_ms = seen.playback.item, seen.playback.progress_ms
        if item is None or item.uri != self.uri or progress_ms is None:
            return False
        # A server that lags has it moving on, or standing where it was.
        moved_ms = (seen.seen_s - self.as_of_s) * 1000
        is_in_line = -SEEK_MS <= progress_ms - self.position_ms <= moved_ms + SEEK_MS
        return is_in_line and seen.seen_s - self.left_s <= ECHO_S


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The player as it is believed to be.

    ``position_ms`` was true at ``as_of_s`` and may lie past the end; ``seen_s`` is the last look;
    ``since_s`` is when this item with this status was first seen; ``doubted_since_s`` is set while
    one look contradicted it and none confirmed that. ``same_looks`` counts looks with the very
    same progress while playing, the first of them at ``as_of_s``. ``left`` is what was believed
    before the last change of item or position. ``is_guess`` marks what no look has shown yet.
    """

    playback: Playback = STOPPED
    position_ms: int = 0
    as_of_s: float = -math.inf
    seen_s: float = -math.inf
    since_s: float = -math.inf
    doubted_since_s: float | None = None
    same_looks: int = 0
    left: Left | None = None
    is_guess: bool = False

    @property
    def item(self) -> Item | None:
        return self.playback.item

    @property
    def status(self) -> Status:
        return self.playback.status

    def position_at(self, now_s: float) -> int:
        """Return where the item stands at ``now_s`` (ms), not clamped to its duration."""
        moved_ms = (now_s - self.as_of_s) * 1000 if self.status is Status.PLAYING else 0
        return self.position_ms + round(moved_ms)

    def end_s(self) -> float | None:
        """Return when the item will have ended if it plays on, None when that is not known."""
        if self.status is not Status.PLAYING or self.item is None or not self.item.duration_ms:
            return None
        return self.as_of_s + (self.item.duration_ms - self.position_ms) / 1000

    def is_dead(self) -> bool:
        """Tell whether Spotify says 'playing' of a session that plays no more.

        Clients that died leave ``is_playing`` true for hours (spotify/web-api#533). Progress
        that stays 0 proves nothing before the item's end: some speakers never report any
        (spotify/web-api#870).
        """
        end_s = self.end_s()
        if end_s is not None and self.seen_s > end_s + OVERRUN_S:
            return True
        return (
            self.status is Status.PLAYING
            and bool(self.playback.progress_ms)
            and self.same_looks >= FROZEN_LOOKS
            and self.seen_s - self.as_of_s >= FROZEN_S
        )
