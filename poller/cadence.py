"""When to look next, and why.

Spotify has no push for us and counts every call, so each look must earn its place: just after
the item should end, soon after something changed, often only while somebody watches.
"""

import math
from enum import StrEnum
from typing import Final

import msgspec

from .errors import CoolingDown, RateLimited, TonearmError, Unauthorized
from .listening import Session
from .options import Pace
from .playback import Status

LEAST_GAP_S: Final = 1.0
"""No two looks are ever closer, whatever asks for them."""
END_MARGIN_S: Final = 1.1
"""The API lags by up to about a second: a look at the very end would see the old item."""
END_NEAR_S: Final = 2.0
"""A regular look this shortly before the end tells less than the look just after it."""
END_RETRY_S: Final = 1.5
END_PATIENCE_S: Final = 8.0
"""After the end, look this often for this long before believing that the item really goes on."""
SETTLING_S: Final = 12.0
"""Changes cluster: who skipped once often skips again."""
CONFIRM_S: Final = 2.0
ARRIVAL_GAP_S: Final = 60.0
BACK_OFF_AFTER_S: Final = 600.0
REFUSED_S: Final = 600.0
RETRY_LEAST_S: Final = 2.0
RETRY_MOST_S: Final = 60.0

_SOUNDING: Final = (Status.PLAYING, Status.AD, Status.UNKNOWN)


class Why(StrEnum):
    """The reason for a look, or for not looking yet."""

    START = "start"
    END_OF_TRACK = "end_of_track"
    WATCHED = "watched"
    UNWATCHED = "unwatched"
    PAUSED = "paused"
    IDLE = "idle"
    SETTLING = "settling"
    CONFIRMING = "confirming"
    VIEWER_ARRIVED = "viewer_arrived"
    LOGGED_IN = "logged_in"
    RETRY = "retry"
    REFUSED = "refused"
    COOLDOWN = "cooldown"
    LOGIN_NEEDED = "login_needed"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A look to come; ``at_s`` is monotonic and infinite while only the owner can help."""

    at_s: float
    why: Why


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the time that the next look depends on; instants are monotonic seconds.

    ``asked`` is set while something from outside (a viewer who came, a login) wants a look at
    once; ``retry_s`` is the wait drawn after the last failure, None when the last look succeeded.
    """

    session: Session = Session()
    audience: int = 0
    looked_s: float | None = None
    changed_s: float = -math.inf
    asked: Why | None = None
    arrival_look_s: float = -math.inf
    retry_s: float | None = None
    blocked_until_s: float | None = None
    is_refused: bool = False
    needs_login: bool = False


def next_look(situation: Situation, pace: Pace, now_s: float) -> Look:
    """Return when to look next and why; an instant in the past means now."""
    if situation.needs_login and situation.asked is not Why.LOGGED_IN:
        return Look(at_s=math.inf, why=Why.LOGIN_NEEDED)
    look = _wanted(situation, pace, now_s)
    if situation.looked_s is not None and look.at_s < situation.looked_s + LEAST_GAP_S:
        look = Look(at_s=situation.looked_s + LEAST_GAP_S, why=look.why)
    if situation.blocked_until_s is not None and look.at_s < situation.blocked_until_s:
        look = Look(at_s=situation.blocked_until_s, why=Why.COOLDOWN)
    return look


def _wanted(situation: Situation, pace: Pace, now_s: float) -> Look:
    """Return the look that is wanted, before gap and gate are minded."""
    looked_s = situation.looked_s
    if looked_s is None:
        return Look(at_s=now_s, why=Why.START)
    if situation.asked is Why.LOGGED_IN:
        return Look(at_s=now_s, why=Why.LOGGED_IN)
    if situation.is_refused:
        return Look(at_s=looked_s + REFUSED_S, why=Why.REFUSED)
    if situation.retry_s is not None:
        return Look(at_s=looked_s + situation.retry_s, why=Why.RETRY)
    return _by_playback(situation, pace, looked_s, now_s)


def _by_playback(situation: Situation, pace: Pace, looked_s: float, now_s: float) -> Look:
    has_come = situation.asked is Why.VIEWER_ARRIVED and situation.audience > 0
    if has_come and _may_greet(situation, pace, now_s):
        return Look(at_s=now_s, why=Why.VIEWER_ARRIVED)
    if situation.session.doubted_since_s is not None:
        return Look(at_s=looked_s + CONFIRM_S, why=Why.CONFIRMING)
    return _around_the_end(situation, _regular(situation, pace, looked_s), looked_s)


def _may_greet(situation: Situation, pace: Pace, now_s: float) -> bool:
    """Tell whether a first viewer is worth a look: not often, and not if the last one is fresh."""
    looked_s = situation.looked_s
    is_fresh = looked_s is not None and now_s - looked_s < pace.watched_s
    return not is_fresh and now_s - situation.arrival_look_s >= ARRIVAL_GAP_S


def _around_the_end(situation: Situation, regular: Look, looked_s: float) -> Look:
    """Return ``regular``, or the look at the end of the item where that is worth more."""
    session = situation.session
    end_s = session.end_s()
    if end_s is None or session.is_dead():
        return regular
    after_end_s = end_s + END_MARGIN_S
    if looked_s < after_end_s:
        is_wasteful = regular.at_s >= end_s - END_NEAR_S
        return Look(at_s=after_end_s, why=Why.END_OF_TRACK) if is_wasteful else regular
    if situation.audience and looked_s < after_end_s + END_PATIENCE_S:
        return Look(at_s=looked_s + END_RETRY_S, why=Why.END_OF_TRACK)
    return regular


def _regular(situation: Situation, pace: Pace, looked_s: float) -> Look:
    """Return the look that is due because time has passed."""
    session, is_watched = situation.session, situation.audience > 0
    if is_watched and looked_s - situation.changed_s < SETTLING_S:
        wait_s = max(CONFIRM_S, pace.watched_s / 2)
        return Look(at_s=looked_s + wait_s, why=Why.SETTLING)
    # An advert and what Spotify calls unknown last seconds: something plays on behind them.
    if session.status in _SOUNDING and not session.is_dead():
        if is_watched:
            return Look(at_s=looked_s + pace.watched_s, why=Why.WATCHED)
        return Look(at_s=looked_s + pace.unwatched_s, why=Why.UNWATCHED)
    is_paused = session.status is Status.PAUSED
    is_lasting = looked_s - session.since_s >= BACK_OFF_AFTER_S
    if is_watched:
        between_s = math.sqrt(pace.watched_s * pace.unwatched_s)
        wait_s = pace.unwatched_s if is_lasting else between_s
    else:
        wait_s = pace.unwatched_s if is_paused and not is_lasting else pace.idle_s
    return Look(at_s=looked_s + wait_s, why=Why.PAUSED if is_paused else Why.IDLE)


def retry_wait_s(error: TonearmError, failures: int, chance: float) -> float:
    """Return how long to wait after ``failures`` in a row, the last of them ``error``.

    It doubles, and half of it is left to ``chance``, drawn from [0, 1).
    """
    match error:
        case RateLimited() | CoolingDown():
            return RETRY_LEAST_S  # the gate holds the look back until the cooldown ends
        case Unauthorized():
            return RETRY_MOST_S  # a new token did not help either: no loop of refreshes
        case _:
            most_s = min(RETRY_MOST_S, RETRY_LEAST_S * 2.0 ** min(failures, 16))
            return most_s * (1 + chance) / 2
