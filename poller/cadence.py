"""When to look next, and why.

Spotify has no push for us and counts every call, so each look must earn its place: just after
the item should end, soon after something changed, often only while somebody watches.
"""

import math
from typing import Final

from . import look_ahead, rhythm
from .errors import (
    CoolingDown,
    InvalidGrant,
    RateLimited,
    Rationed,
    TonearmError,
    Unauthorized,
)
from .options import Pace
from .situation import Look, Situation, Why

__all__ = ["Look", "Situation", "Why", "fresh_s", "next_look", "retry_wait_s"]

LEAST_GAP_S: Final = 1.0
"""No two calls are ever closer, whatever asks for them."""
END_MARGIN_S: Final = 1.0
"""The API lags by up to about a second: a look at the very end would see the old item.

The end itself is reckoned late by half an answer's travel.
"""
END_NEAR_S: Final = 2.0
"""A regular look this shortly before the end tells less than the look just after it."""
END_RETRY_S: Final = 1.0
END_PATIENCE_S: Final = 8.0
"""After the end, look this often for this long before believing that the item really goes on."""
EARLY_PATIENCE_S: Final = 3.0
"""The same after an end that was expected early: the item may as well be heard to its last."""
CONFIRM_S: Final = 2.0
ARRIVAL_GAP_S: Final = 60.0
READ_GAP_S: Final = 2_400.0
"""Reads over plain HTTP bring a look forward this seldom: a bot that reads all day is cheap."""
REFUSED_S: Final = 600.0
RETRY_LEAST_S: Final = 2.0
RETRY_MOST_S: Final = 60.0
CONFIRM_REFUSAL_S: Final = 30.0
"""After a first ``invalid_grant`` the tokens ask no sooner, and then once more."""


def next_look(situation: Situation, pace: Pace, now_s: float) -> Look:
    """Return when to look next and why; an instant in the past means now."""
    if situation.needs_login and situation.asked is not Why.LOGGED_IN:
        return Look(at_s=math.inf, why=Why.LOGIN_NEEDED)
    look = _wanted(situation, pace, now_s)
    floor_s = situation.called_s
    if situation.looked_s is not None:
        floor_s = max(floor_s, situation.looked_s)
    if look.at_s < floor_s + LEAST_GAP_S:
        look = Look(at_s=floor_s + LEAST_GAP_S, why=look.why)
    if situation.rations_until_s is not None and look.at_s < situation.rations_until_s:
        look = Look(at_s=situation.rations_until_s, why=Why.BUDGET)
    if situation.blocked_until_s is not None and look.at_s < situation.blocked_until_s:
        look = Look(at_s=situation.blocked_until_s, why=Why.COOLDOWN)
    return look


def _wanted(situation: Situation, pace: Pace, now_s: float) -> Look:
    """Return the look that is wanted, before gap and gates are minded."""
    looked_s = situation.looked_s
    if looked_s is None:
        return Look(at_s=now_s, why=Why.START)
    if situation.asked is Why.LOGGED_IN:
        return Look(at_s=now_s, why=Why.LOGGED_IN)
    if situation.is_refused:
        return Look(at_s=looked_s + REFUSED_S, why=Why.REFUSED)
    if situation.retry_s is not None:
        return Look(at_s=looked_s + situation.retry_s, why=Why.RETRY)
    look = _by_playback(situation, pace, looked_s, now_s)
    hinted_s = situation.hints.due_s
    if hinted_s is None:
        return look
    # A look in the last second before would see less than the hint's, and put that off.
    gap_s = 0.0 if look.why is Why.VIEWER_ARRIVED else LEAST_GAP_S
    return Look(at_s=hinted_s, why=Why.HINT) if hinted_s < look.at_s + gap_s else look


def _by_playback(situation: Situation, pace: Pace, looked_s: float, now_s: float) -> Look:
    if situation.asked is Why.VIEWER_ARRIVED and (why := _greeting(situation, pace, now_s)):
        return Look(at_s=now_s, why=why)
    if situation.session.doubted_since_s is not None:
        return Look(at_s=looked_s + CONFIRM_S, why=Why.CONFIRMING)
    look = _around_the_end(situation, rhythm.regular(situation, pace, looked_s), looked_s)
    return _ahead_of_the_end(situation, pace, look, looked_s)


def _greeting(situation: Situation, pace: Pace, now_s: float) -> Why | None:
    """Return why somebody who came is worth a look, None if that is not so: seldom is enough."""
    age_s = math.inf if situation.looked_s is None else now_s - situation.looked_s
    if situation.is_watched:
        is_due = now_s - situation.arrival_look_s >= ARRIVAL_GAP_S and age_s >= pace.watched_s
        return Why.VIEWER_ARRIVED if is_due else None
    if situation.has_readers:
        is_due = now_s - situation.read_look_s >= READ_GAP_S and age_s >= pace.unwatched_s
        return Why.READ if is_due else None
    return None


def _around_the_end(situation: Situation, regular: Look, looked_s: float) -> Look:
    """Return ``regular``, or the look at the end of the item where that is worth more."""
    end_s, nominal_end_s = situation.end_s, situation.session.end_s()
    if end_s is None or nominal_end_s is None or situation.session.is_dead():
        return regular
    if rhythm.is_cut(situation):
        return regular
    is_early = nominal_end_s - end_s > EARLY_PATIENCE_S
    ends = [(end_s, EARLY_PATIENCE_S)] if is_early else []
    for each_s, patience_s in (*ends, (max(end_s, nominal_end_s), END_PATIENCE_S)):
        after_s = (each_s if is_early else end_s) + END_MARGIN_S
        if looked_s < after_s:
            is_wasteful = regular.at_s >= after_s - END_MARGIN_S - END_NEAR_S
            return Look(at_s=after_s, why=Why.END_OF_TRACK) if is_wasteful else regular
        if situation.is_watched and looked_s < after_s + patience_s:
            return Look(at_s=looked_s + END_RETRY_S, why=Why.END_OF_TRACK)
    return regular


def _ahead_of_the_end(situation: Situation, pace: Pace, look: Look, looked_s: float) -> Look:
    """Return ``look``, or what prepares a guess: a fresh look, then the question to the queue."""
    end_s = situation.end_s
    if not pace.look_ahead or not situation.is_watched or end_s is None:
        return look
    if not look_ahead.wants_queue(situation.ahead, situation.session, end_s):
        return look
    last_s = end_s - look_ahead.LEAST_AHEAD_S
    fresh_from_s = end_s - fresh_s(situation, pace)
    if situation.session.seen_s >= fresh_from_s:
        earliest_s = max(looked_s, situation.called_s) + LEAST_GAP_S
        ask_s = max(earliest_s, end_s - look_ahead.AHEAD_S)
        is_next = ask_s < last_s and ask_s <= look.at_s
        return Look(at_s=ask_s, why=Why.LOOK_AHEAD) if is_next else look
    renew_s = max(fresh_from_s + look_ahead.FRESHER_S, looked_s + LEAST_GAP_S)
    is_near = look.at_s > last_s - LEAST_GAP_S
    has_time = renew_s + LEAST_GAP_S + look_ahead.FRESHER_S < last_s
    return Look(at_s=renew_s, why=Why.WATCHED) if is_near and has_time else look


def fresh_s(situation: Situation, pace: Pace) -> float:
    """Return how old the last look may be when a guess is shown: one wait, as it is stretched."""
    return pace.watched_s * situation.stretch.watched


def retry_wait_s(error: TonearmError, failures: int, chance: float) -> float:
    """Return how long to wait after ``failures`` in a row, the last of them ``error``.

    It doubles, and half of it is left to ``chance``, drawn from [0, 1).
    """
    match error:
        case RateLimited() | CoolingDown() | Rationed():
            return RETRY_LEAST_S  # the gate holds the look back until it opens
        case InvalidGrant():
            return CONFIRM_REFUSAL_S
        case Unauthorized():
            return RETRY_MOST_S  # a new token did not help either: no loop of refreshes
        case _:
            most_s = min(RETRY_MOST_S, RETRY_LEAST_S * 2.0 ** min(failures, 16))
            return most_s * (1 + chance) / 2
