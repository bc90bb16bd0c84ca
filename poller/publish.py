"""The one door between what is known and what is published.

Title, artists, album, cover, progress and link leave the house; device, volume, context and user
name never reach this module. Whatever may not be shown looks exactly like a stop.
"""

from typing import Final

import msgspec

from .listening import SEEK_MS, Session
from .options import Rules
from .playback import Health, Item, Kind, Snapshot, State, Status, position_ms
from .trouble import Trouble

PAUSE_LIMIT_S: Final = 600.0
"""A pause that lasts longer is no longer 'now': it becomes idle."""
UNKNOWN_LIMIT_S: Final = 10.0
UNSEEN_LIMIT_S: Final = 30.0
"""How long after its predicted end an item is still shown as playing when no look came through."""


class LastPlayed(msgspec.Struct, frozen=True, kw_only=True):
    """The last published item and its public end (ms UTC), kept over a restart.

    While the item plays, ``ended_at`` is when it will end.
    """

    item: Item
    ended_at: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The present snapshot and the memory behind it.

    ``told`` is the snapshot that came with this ``seq``: it is what viewers let run on, however
    often the position was corrected by little since. ``turns_s`` is when the snapshot changes by
    itself though nothing new is seen, None for never.
    """

    snapshot: Snapshot
    told: Snapshot
    last: LastPlayed | None = None
    turns_s: float | None = None


def first_shown(epoch: str, last: LastPlayed | None, *, now_at: int) -> Shown:
    """Return what is shown before the first look: the last played item, or nothing."""
    face = _blank(State.NOTHING)
    if last is not None:
        last = LastPlayed(item=last.item, ended_at=min(last.ended_at, now_at))
        face = _blank(State.IDLE, item=last.item, ended_at=last.ended_at)
    first = msgspec.structs.replace(face, epoch=epoch)
    return Shown(snapshot=first, told=first, last=last)


def remember(shown: Shown, last: LastPlayed) -> Shown:
    """Return ``shown`` knowing what was played before this program ever ran."""
    return msgspec.structs.replace(shown, last=last) if shown.last is None else shown


def forget(shown: Shown) -> Shown:
    """Return ``shown`` as if nothing had ever been played; ``seq`` goes on counting."""
    before = shown.snapshot
    face = msgspec.structs.replace(
        _blank(State.NOTHING), epoch=before.epoch, seq=before.seq, health=before.health
    )
    return Shown(snapshot=face, told=shown.told)


def show(
    shown: Shown,
    session: Session,
    trouble: Trouble,
    rules: Rules,
    *,
    is_incognito: bool,
    now_s: float,
    now_at: int,
) -> Shown:
    """Return what is to be shown at ``now_s``; its ``seq`` grew if a viewer could tell.

    With ``is_incognito`` that is what a stop would show, whatever is played.
    """
    if is_incognito:
        session = Session()
    before = shown.snapshot
    last = shown.last
    if session.is_guess:
        pass  # only what a look has shown was ever played
    elif session.item is not None and _is_now(session, rules, now_s):
        ended_at = now_at - round((now_s - _likely_end_s(session, now_s)) * 1000)
        last = LastPlayed(item=session.item, ended_at=ended_at)
    elif last is not None and before.state in (State.PLAYING, State.PAUSED):
        # It just went: it ended when it was to end, or now, whichever came first.
        last = LastPlayed(item=last.item, ended_at=min(last.ended_at, now_at))
    face, turns_s = _face(session, rules, last, now_s)
    after = msgspec.structs.replace(
        face,
        epoch=before.epoch,
        seq=before.seq,
        health=trouble.health,
        until=trouble.limited_until_at if trouble.health is Health.LIMITED else None,
    )
    if not _differs(shown.told, after, now_s):
        return Shown(snapshot=after, told=shown.told, last=last, turns_s=turns_s)
    after = msgspec.structs.replace(after, seq=before.seq + 1)
    return Shown(snapshot=after, told=after, last=last, turns_s=turns_s)


def is_public(session: Session, rules: Rules) -> bool:
    """Tell whether the item that is believed to play or pause may be shown."""
    item = session.item
    return (
        item is not None
        and (rules.private_sessions or not session.playback.is_private)
        and (rules.local_files or item.kind is not Kind.LOCAL)
    )


def _is_now(session: Session, rules: Rules, now_s: float) -> bool:
    return is_public(session, rules) and now_s < _turns_idle_s(session)


def _face(
    session: Session, rules: Rules, last: LastPlayed | None, now_s: float
) -> tuple[Snapshot, float | None]:
    """Return the state to show (epoch, seq and health are filled in later) and when it turns."""
    if _is_now(session, rules, now_s):
        return _item_face(session, now_s), _turns_idle_s(session)
    is_hidden = session.playback.is_private and not rules.private_sessions
    if session.status is Status.AD and not is_hidden:
        return _blank(State.AD), None
    item = last.item if last else None
    turns_s = session.since_s + UNKNOWN_LIMIT_S
    if session.status is Status.UNKNOWN and not is_hidden and now_s < turns_s:
        return _blank(State.UNKNOWN, item=item), turns_s
    if last is None:
        return _blank(State.NOTHING), None
    return _blank(State.IDLE, item=item, ended_at=last.ended_at), None


def _blank(state: State, *, item: Item | None = None, ended_at: int | None = None) -> Snapshot:
    return Snapshot(epoch="", seq=0, state=state, health=Health.OK, item=item, ended_at=ended_at)


def _item_face(session: Session, now_s: float) -> Snapshot:
    duration_ms = session.item.duration_ms if session.item else 0
    return Snapshot(
        epoch="",
        seq=0,
        state=State.PLAYING if session.status is Status.PLAYING else State.PAUSED,
        health=Health.OK,
        confirmed=not session.is_guess,
        item=session.item,
        as_of_s=now_s,
        position_ms=max(0, min(duration_ms, session.position_at(now_s))),
    )


def _turns_idle_s(session: Session) -> float:
    """Return when the item that plays or pauses stops being 'now' if no look says otherwise."""
    if session.status is Status.PAUSED:
        return session.since_s + PAUSE_LIMIT_S
    if session.is_dead():
        return session.since_s
    end_s = session.end_s()
    if end_s is None:  # a length Spotify did not tell: as long as looks say so
        return session.seen_s + PAUSE_LIMIT_S
    return max(end_s, session.seen_s) + UNSEEN_LIMIT_S


def _likely_end_s(session: Session, now_s: float) -> float:
    if session.status is Status.PAUSED:
        return session.since_s
    end_s = session.end_s()
    return now_s if end_s is None else end_s


def _differs(told: Snapshot, after: Snapshot, now_s: float) -> bool:
    """Tell whether a viewer who lets ``told`` run on would be wrong."""
    if _without_position(told) != _without_position(after):
        return True
    expected_ms, shown_ms = position_ms(told, now_s), position_ms(after, now_s)
    if expected_ms is None or shown_ms is None:
        return False
    return abs(shown_ms - expected_ms) > SEEK_MS


def _without_position(snapshot: Snapshot) -> Snapshot:
    return msgspec.structs.replace(snapshot, as_of_s=None, position_ms=None)
