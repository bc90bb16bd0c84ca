"""What changed, from one observation to the next.

Spotify flaps: a 204 between two good answers, an item that is null for a moment, an answer from
before the last change. A new item is believed at once; a stop, a missing item, or what was just
left, only when a second look says the same. Hiding waits for nothing, showing again does.
"""

import math
from enum import StrEnum
from typing import assert_never

import msgspec

from .listening import SEEK_MS, Left, Session
from .playback import Item, Observation, Status


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


def observe(session: Session, seen: Observation) -> tuple[Session, Change]:
    """Return what is believed after ``seen``, and what that changed."""
    match seen.playback.status:
        case Status.PLAYING | Status.PAUSED:
            return _item_seen(session, seen)
        case Status.AD:
            return _moved_to(session, seen, Change.AD)
        case Status.UNKNOWN:
            return _absence_seen(session, _as_private_as(session, seen), Change.UNKNOWN)
        case Status.STOPPED:
            return _absence_seen(session, seen, Change.STOPPED)
        case _ as never:
            assert_never(never)


def _as_private_as(session: Session, seen: Observation) -> Observation:
    """Return ``seen`` as private as the session: without an item Spotify often names no device."""
    is_private = seen.playback.is_private or session.playback.is_private
    playback = msgspec.structs.replace(seen.playback, is_private=is_private)
    return msgspec.structs.replace(seen, playback=playback)


def _moved_to(session: Session, seen: Observation, change: Change) -> tuple[Session, Change]:
    """Believe ``seen``; ``change`` is reported only if the status is another than before."""
    is_same = session.item is None and session.status is seen.playback.status
    moved = Session(
        playback=seen.playback,
        position_ms=seen.playback.progress_ms or 0,
        as_of_s=seen.seen_s,
        seen_s=seen.seen_s,
        since_s=session.since_s if is_same and math.isfinite(session.since_s) else seen.seen_s,
        same_looks=1,
        left=_left(session, seen),
    )
    return moved, Change.NONE if is_same else change


def _left(session: Session, seen: Observation) -> Left | None:
    if session.item is None:
        return None
    return Left(
        uri=session.item.uri,
        position_ms=session.position_ms,
        as_of_s=session.as_of_s,
        left_s=seen.seen_s,
    )


def _absence_seen(session: Session, seen: Observation, change: Change) -> tuple[Session, Change]:
    # A private session shows itself as an absence too; hiding must never wait for a second look.
    is_certain = (
        seen.playback.is_private
        or session.doubted_since_s is not None
        or session.status is seen.playback.status
        or session.status is Status.UNKNOWN
    )
    return _moved_to(session, seen, change) if is_certain else _doubted(session, seen)


def _doubted(session: Session, seen: Observation) -> tuple[Session, Change]:
    doubted = msgspec.structs.replace(session, doubted_since_s=seen.seen_s, seen_s=seen.seen_s)
    return doubted, Change.DOUBTED


def _is_echo(session: Session, seen: Observation) -> bool:
    """Tell whether ``seen`` is to be taken for an answer that is late, until it is repeated."""
    return (
        session.left is not None
        and session.doubted_since_s is None
        and not seen.playback.is_private
        and session.left.is_echoed_by(seen)
    )


def _item_seen(session: Session, seen: Observation) -> tuple[Session, Change]:
    before, now = session.item, seen.playback.item
    # Hiding is believed at once; that there is nothing to hide any more is not.
    is_uncovered = session.playback.is_private and not seen.playback.is_private
    if is_uncovered and session.doubted_since_s is None:
        return _doubted(session, seen)
    if before is None or now is None:
        return _moved_to(session, seen, Change.STARTED)
    if before.uri != now.uri:
        if _is_echo(session, seen):
            return _doubted(session, seen)
        return _moved_to(session, seen, Change.ITEM)
    if session.status is not seen.playback.status:
        resumed = seen.playback.status is Status.PLAYING
        return _repositioned(session, seen, Change.RESUMED if resumed else Change.PAUSED)
    return _same_item_seen(session, seen, now)


def _same_item_seen(session: Session, seen: Observation, item: Item) -> tuple[Session, Change]:
    progress_ms = seen.playback.progress_ms
    expected_ms = session.position_at(seen.seen_s)
    stands = progress_ms == session.playback.progress_ms or _stands_at_its_end(
        item, progress_ms, expected_ms
    )
    if seen.playback.status is Status.PLAYING and stands:
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
    if _is_echo(session, seen):
        return _doubted(session, seen)
    was_over = bool(item.duration_ms) and expected_ms >= item.duration_ms - SEEK_MS
    if was_over and progress_ms < expected_ms:
        return _moved_to(session, seen, Change.REPEATED)
    return _repositioned(session, seen, Change.SEEKED)


def _stands_at_its_end(item: Item, progress_ms: int | None, expected_ms: int) -> bool:
    """Tell whether this is the item of a moment ago, told of by an API that lags."""
    end_ms = item.duration_ms
    return bool(end_ms) and progress_ms == end_ms and expected_ms >= end_ms


def _repositioned(session: Session, seen: Observation, change: Change) -> tuple[Session, Change]:
    """Believe another status or position of the same item."""
    progress_ms = seen.playback.progress_ms
    match change:
        case Change.SEEKED:
            # Who moves a pause, or plays on and pauses again, begins it anew.
            is_anew = session.status is Status.PAUSED
            since_s, left = seen.seen_s if is_anew else session.since_s, _left(session, seen)
        case Change.PAUSED:
            since_s, left = _paused_s(session, seen), session.left
        case _:
            since_s, left = seen.seen_s, session.left
    moved = Session(
        playback=seen.playback,
        position_ms=session.position_at(seen.seen_s) if progress_ms is None else progress_ms,
        as_of_s=seen.seen_s,
        seen_s=seen.seen_s,
        since_s=since_s,
        same_looks=1,
        left=left,
    )
    return moved, change


def _paused_s(session: Session, seen: Observation) -> float:
    """Return when it was paused: where it stands tells, unless there was a seek before."""
    progress_ms, end_s = seen.playback.progress_ms, session.end_s()
    if progress_ms == 0 and end_s is not None and end_s <= seen.seen_s:
        return max(session.seen_s, end_s)  # it ended, and stands at its beginning again
    if not progress_ms or progress_ms < session.position_at(session.seen_s) - SEEK_MS:
        return seen.seen_s
    reached_s = session.as_of_s + (progress_ms - session.position_ms) / 1000
    return min(seen.seen_s, max(session.seen_s, reached_s))
