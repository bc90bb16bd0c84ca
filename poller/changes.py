"""What is believed of the player, and what changed, from one observation to the next.

Spotify flaps: a 204 between two good answers, an item that is null for a moment, progress that
stands still or runs past the end. A new item is believed at once; a stop or a missing item only
when a second look says the same.
"""

from enum import StrEnum
from typing import Final, assert_never

import msgspec

from .playback import STOPPED, Item, Observation, Playback, Status

SEEK_MS: Final = 2_000
"""A position further off than this is a seek; less is the lag of the API."""
OVERRUN_S: Final = 10.0
"""Progress may run past the end by this much before the session counts as dead."""
FROZEN_LOOKS: Final = 3
FROZEN_S: Final = 20.0
"""So many looks over so long a time with the very same progress: nothing is playing."""


class Change(StrEnum):
    """What an observation added to what was believed."""

    NONE = "none"
    STARTED = "started"
    ITEM = "item"
    PAUSED = "paused"
    RESUMED = "resumed"
    SEEKED = "seeked"
    REPEATED = "repeated"
    STOPPED = "stopped"
    AD = "ad"
    UNKNOWN = "unknown"
    DOUBTED = "doubted"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The player as it is believed to be.

    ``position_ms`` was true at ``as_of_s`` and may lie past the end; ``seen_s`` is the last look;
    ``since_s`` is when this item with this status was first seen; ``doubted_since_s`` is set while
    one look contradicted it and none confirmed that. ``same_looks`` counts looks with the very
    same progress while playing, the first of them at ``as_of_s``.
    """

    playback: Playback = STOPPED
    position_ms: int = 0
    as_of_s: float = 0.0
    seen_s: float = 0.0
    since_s: float = 0.0
    doubted_since_s: float | None = None
    same_looks: int = 0

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


def observe(session: Session, seen: Observation) -> tuple[Session, Change]:
    """Return what is believed after ``seen``, and what that changed."""
    match seen.playback.status:
        case Status.PLAYING | Status.PAUSED:
            return _item_seen(session, seen)
        case Status.AD:
            return _moved_to(session, seen, Change.AD)
        case Status.UNKNOWN:
            return _absence_seen(session, seen, Change.UNKNOWN)
        case Status.STOPPED:
            return _absence_seen(session, seen, Change.STOPPED)
        case _ as never:
            assert_never(never)


def _moved_to(session: Session, seen: Observation, change: Change) -> tuple[Session, Change]:
    """Believe ``seen``; ``change`` is reported only if the status is another than before."""
    if session.status is seen.playback.status and session.item is None:
        held = msgspec.structs.replace(
            session, playback=seen.playback, seen_s=seen.seen_s, doubted_since_s=None
        )
        return held, Change.NONE
    moved = Session(
        playback=seen.playback,
        position_ms=seen.playback.progress_ms or 0,
        as_of_s=seen.seen_s,
        seen_s=seen.seen_s,
        since_s=seen.seen_s,
        same_looks=1,
    )
    return moved, change


def _absence_seen(session: Session, seen: Observation, change: Change) -> tuple[Session, Change]:
    # A private session shows itself as an absence too; hiding must never wait for a second look.
    is_certain = (
        seen.playback.is_private
        or session.doubted_since_s is not None
        or session.status is seen.playback.status
        or session.status is Status.UNKNOWN
    )
    if is_certain:
        return _moved_to(session, seen, change)
    doubted = msgspec.structs.replace(session, doubted_since_s=seen.seen_s, seen_s=seen.seen_s)
    return doubted, Change.DOUBTED


def _item_seen(session: Session, seen: Observation) -> tuple[Session, Change]:
    before, now = session.item, seen.playback.item
    if before is None or now is None:
        return _moved_to(session, seen, Change.STARTED)
    if before.uri != now.uri:
        return _moved_to(session, seen, Change.ITEM)
    if session.status is not seen.playback.status:
        resumed = seen.playback.status is Status.PLAYING
        return _repositioned(session, seen, Change.RESUMED if resumed else Change.PAUSED)
    return _same_item_seen(session, seen, now)


def _same_item_seen(session: Session, seen: Observation, item: Item) -> tuple[Session, Change]:
    progress_ms = seen.playback.progress_ms
    expected_ms = session.position_at(seen.seen_s)
    if seen.playback.status is Status.PLAYING and progress_ms == session.playback.progress_ms:
        # Missing or standing still: keep counting from where it was first seen.
        same = msgspec.structs.replace(
            session,
            playback=seen.playback,
            seen_s=seen.seen_s,
            doubted_since_s=None,
            same_looks=session.same_looks + 1,
        )
        return same, Change.NONE
    if progress_ms is None or abs(progress_ms - expected_ms) <= SEEK_MS:
        position_ms = expected_ms if progress_ms is None else progress_ms
        held = msgspec.structs.replace(
            session,
            playback=seen.playback,
            position_ms=position_ms,
            as_of_s=seen.seen_s,
            seen_s=seen.seen_s,
            doubted_since_s=None,
            same_looks=1,
        )
        return held, Change.NONE
    was_over = bool(item.duration_ms) and expected_ms >= item.duration_ms - SEEK_MS
    if was_over and progress_ms < expected_ms:
        return _moved_to(session, seen, Change.REPEATED)
    return _repositioned(session, seen, Change.SEEKED)


def _repositioned(session: Session, seen: Observation, change: Change) -> tuple[Session, Change]:
    """Believe another status or position of the same item."""
    progress_ms = seen.playback.progress_ms
    moved = Session(
        playback=seen.playback,
        position_ms=session.position_at(seen.seen_s) if progress_ms is None else progress_ms,
        as_of_s=seen.seen_s,
        seen_s=seen.seen_s,
        since_s=session.since_s if change is Change.SEEKED else seen.seen_s,
        same_looks=1,
    )
    return moved, change
