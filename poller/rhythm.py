"""The look that is due because time has passed.

The wait is shortest where a change is likeliest: after one, early in an item, after a fresh pause.
The best spacing goes with one over the square root of that likelihood; the settings say what is
aimed at in the middle of an item, all else follows from them.
"""

import math
from typing import Final

from .governor import VISIT_S
from .options import Pace
from .playback import Status
from .situation import Look, Situation, Why

SETTLING_S: Final = 10.0
"""Changes cluster: who skipped once often skips again."""
YOUNG_S: Final = 20.0
"""Half of all skips come in an item's first seconds (Lamere 2014)."""
LEAST_WAIT_S: Final = 2.0
"""Shorter waits tell nothing sooner: the API lags by a second."""
BRISK: Final = 0.35
"""The wait while a change is likely, as a share of the watched wait."""
QUIET_S: Final = 320.0
"""Something happens this often while music plays: in a pause of that age the wait is the same.

A pause is likely to last as long again as it has lasted, so its wait grows with the root of it.
"""
BACK_OFF_AFTER_S: Final = 600.0
VISIT_SHARE: Final = 0.4
"""Visits are short and cost little: they bear this share of the stretch."""
ENDS_CUT_AT: Final = 4.0
"""So stretched, what nobody watches may end unseen."""

_SOUNDING: Final = (Status.PLAYING, Status.AD, Status.UNKNOWN)


def regular(situation: Situation, pace: Pace, looked_s: float) -> Look:
    """Return the look that is due because time has passed since the last one."""
    if not situation.is_watched:
        wait_s, why = _unwatched(situation, pace, looked_s)
        return Look(at_s=looked_s + wait_s * situation.stretch.unwatched, why=why)
    wait_s, why = _watched(situation, pace, looked_s)
    at_s = looked_s + wait_s
    if why is Why.IDLE:
        # Who reloads a page all day costs no more than who stays.
        at_s = max(at_s, min(situation.watched_since_s + wait_s, looked_s + pace.unwatched_s))
    return Look(at_s=at_s, why=why)


def _watched(situation: Situation, pace: Pace, looked_s: float) -> tuple[float, Why]:
    session = situation.session
    is_visit = looked_s - situation.watched_since_s < VISIT_S
    stretch = situation.stretch.watched * (VISIT_SHARE if is_visit else 1.0)
    aim_s = pace.watched_s * max(1.0, stretch)
    brisk_s = max(LEAST_WAIT_S, BRISK * aim_s)
    if looked_s - situation.changed_s < SETTLING_S:
        return brisk_s, Why.SETTLING
    # An advert and what Spotify calls unknown last seconds: something plays on behind them.
    if session.status in _SOUNDING and not session.is_dead():
        is_young = session.item is not None and session.position_at(looked_s) < YOUNG_S * 1000
        return brisk_s if is_young else aim_s, Why.WATCHED
    age_s = max(0.0, looked_s - session.since_s)
    slow_s = max(pace.watched_s, pace.unwatched_s / 2)
    if session.status is Status.PAUSED and age_s < BACK_OFF_AFTER_S:
        quiet_s = max(pace.watched_s, aim_s * math.sqrt(age_s / QUIET_S))
        return min(quiet_s, slow_s * max(1.0, stretch)), Why.PAUSED
    return slow_s * max(1.0, stretch), Why.IDLE


def _unwatched(situation: Situation, pace: Pace, looked_s: float) -> tuple[float, Why]:
    session = situation.session
    if session.status in _SOUNDING and not session.is_dead():
        return pace.unwatched_s, Why.UNWATCHED
    is_paused = session.status is Status.PAUSED
    is_fresh = looked_s - session.since_s < BACK_OFF_AFTER_S
    wait_s = pace.unwatched_s if is_paused and is_fresh else pace.idle_s
    return wait_s, Why.PAUSED if is_paused else Why.IDLE


def is_cut(situation: Situation) -> bool:
    """Tell whether the budget is too small for looks at the end of items nobody watches."""
    return not situation.is_watched and situation.stretch.unwatched > ENDS_CUT_AT
