"""How many calls there may be, and how they are made to last.

The owner's setting is a hard ceiling. Spotify's own is unpublished: each refusal teaches one,
which is believed with a margin and doubted more with every day. What is left is spread over the
time in which somebody is likely to watch, so that waits grow long before anything runs dry.
"""

from typing import Final, NamedTuple

import msgspec

from .calls import DAY_S, Calls, Endpoint
from .errors import RateLimited

LONG_S: Final = 3_600.0
"""A 429 that asks for as much is about the quota of a day, whatever reason it gives."""
MARGIN: Final = 0.88
"""So much of a refused count is dared at first; a little more with each day."""
DARING_PER_DAY: Final = 0.0005
LASTING_DAYS: Final = 30.0
MOST_DARED: Final = 0.9
DARING_LATER_PER_DAY: Final = 0.02
FORGOTTEN: Final = 1.5
LEAST_CEILING: Final = 100
"""A refusal after fewer calls was another program's doing: one look each quarter of an hour."""
TOKEN_CALLS: Final = 5
"""Kept for token refreshes, which are counted but not held back; each comes with a look."""

BURST_S: Final = 30.0
BURST_MARGIN: Final = 0.8
LEAST_BURST: Final = 4
MOST_BURST: Final = 40
BURST_GROWS_S: Final = 6 * 3_600.0

VISIT_S: Final = 300.0
"""Who stays for longer than a visit is an overlay."""
VISITS_S: Final = 7_200.0
"""How long visits last in 24 h, all together, before anything is known of the day."""
LEAST_VISITS_S: Final = 900.0
VISIT_LEFT_S: Final = 700.0
"""Who is there may stay this long while music plays: what is left must do for that at any time."""
OVERLAY_S: Final = 7_800.0
"""So long an overlay stays, as a rule."""
LEAST_LEFT_S: Final = 2_000.0
"""Who watched long already may go on: expecting too little is what makes a budget run dry."""
OVERLAY_SHARE: Final = 0.5
OVERLAY_CALLS: Final = 1_250
"""So much is kept for it from visits, until it was there; more than enough helps nobody."""
VISITS_AFTER: Final = 0.4
"""While it is there, visits to come count for so much: they must do with longer waits, too."""
HORIZONS_S: Final = (900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0, 21_600.0, 43_200.0, DAY_S)


class Demand(NamedTuple):
    """What a second of watching costs in calls, as measured on generated days.

    ``looks`` is for a wait of 1 s in the middle of an item; ``fixed`` is what no stretching saves:
    looks at the ends of items, questions to the queue, looks for who comes.
    """

    looks: float
    fixed: float


OVERLAY: Final = Demand(looks=1.2, fixed=0.008)
"""Music plays nearly all the time."""
VISIT: Final = Demand(looks=2.4, fixed=0.01)
"""The same, and waits are shorter."""
VISITS: Final = Demand(looks=0.95, fixed=0.01)
"""Whenever they come: for most of the day nothing plays."""
UNWATCHED_CALLS: Final = 500
"""What a day costs that nobody watches."""
UNWATCHED_SHARE: Final = 0.2
UNWATCHED_KEPT: Final = 0.1
"""Of the ceiling, for the rest of a day; stretched, it costs less than its share."""
MOST_STRETCH: Final = 16.0
MOST_UNWATCHED_STRETCH: Final = 8.0


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Spotify refused after so many calls within the window it counts over."""

    calls: int
    at_s: float


class Watched(NamedTuple):
    """For how long somebody watched in the last 24 h, has been watching now, and stayed long."""

    day_s: float = 0.0
    now_s: float = 0.0
    long_s: float = 0.0


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """By how much waits are longer than aimed at, while somebody watches and while nobody does."""

    watched: float = 1.0
    unwatched: float = 1.0


class Lessons(msgspec.Struct, frozen=True, kw_only=True):
    """What Spotify's refusals taught: of the daily quota, and of the 30 s window."""

    daily: tuple[Refusal, ...] = ()
    burst: Refusal | None = None


def taught(lessons: Lessons, error: RateLimited, calls: Calls, now_s: float) -> Lessons:
    """Return ``lessons`` after a refusal that did not follow upon another one."""
    if error.is_quota or (error.retry_after_s or 0.0) >= LONG_S:
        refusal = Refusal(calls=calls.count(now_s), at_s=now_s)
        lasting = (each for each in lessons.daily if _dared(each, now_s) < FORGOTTEN)
        return msgspec.structs.replace(lessons, daily=(*lasting, refusal))
    within = calls.count(now_s, within_s=BURST_S)
    return msgspec.structs.replace(lessons, burst=Refusal(calls=within, at_s=now_s))


def learned_ceiling(lessons: Lessons, now_s: float) -> int | None:
    """Return the daily ceiling that refusals taught, None if they taught none."""
    ceilings = [
        max(LEAST_CEILING, int(refusal.calls * dared))
        for refusal in lessons.daily
        if (dared := _dared(refusal, now_s)) < FORGOTTEN
    ]
    return min(ceilings, default=None)


def _dared(refusal: Refusal, now_s: float) -> float:
    days = (now_s - refusal.at_s) / DAY_S
    later_days = max(0.0, days - LASTING_DAYS)
    return min(MOST_DARED, MARGIN + DARING_PER_DAY * days) + DARING_LATER_PER_DAY * later_days


def burst_ceiling(lessons: Lessons, now_s: float) -> int | None:
    """Return how many calls are dared within 30 s, None for as many as there are."""
    if lessons.burst is None:
        return None
    grown = int((now_s - lessons.burst.at_s) / BURST_GROWS_S)
    ceiling = max(LEAST_BURST, int(lessons.burst.calls * BURST_MARGIN)) + grown
    return ceiling if ceiling < MOST_BURST else None


def ceiling_in_force(setting: int, lessons: Lessons, now_s: float) -> int:
    """Return the owner's ceiling or the learned one, whichever is lower."""
    learned = learned_ceiling(lessons, now_s)
    return setting if learned is None else min(setting, learned)


def rations_until_s(calls: Calls, setting: int, lessons: Lessons, now_s: float) -> float | None:
    """Return when one more call is allowed, None for now. Token refreshes do not ask."""
    limit = _limit(calls, setting, lessons, now_s)
    daily_s = calls.allows_s(limit, now_s)
    burst = burst_ceiling(lessons, now_s)
    burst_s = None if burst is None else calls.allows_s(burst, now_s, within_s=BURST_S)
    return max((s for s in (daily_s, burst_s) if s is not None), default=None)


def stretch(
    calls: Calls, setting: int, lessons: Lessons, now_s: float, *, watched: Watched, wait_s: float
) -> Stretch:
    """Return by how much waits must be longer for the calls to last.

    ``wait_s`` is the wait that is aimed at while somebody watches. Whatever the horizon, what is
    free by then must do for who is there now and for the visits until then, all stretched alike:
    even spending is the best there is, as the harm of a wait grows with its square.
    """
    limit = _limit(calls, setting, lessons, now_s)
    is_overlay = watched.now_s > VISIT_S
    present, weight = (OVERLAY, VISITS_AFTER) if is_overlay else (VISIT, 1.0)
    present_s = max(LEAST_LEFT_S, OVERLAY_S - watched.now_s) if is_overlay else VISIT_LEFT_S
    visited = _visited(calls, watched, now_s)
    unwatched_per_s = min(UNWATCHED_CALLS, UNWATCHED_KEPT * limit) / DAY_S
    kept = 0.0 if is_overlay else _kept_for_overlay(limit, watched)
    longer = 1.0
    for until_s in HORIZONS_S:
        # Calls that will be a day old by then are free again by then.
        free = limit - calls.count(now_s, within_s=DAY_S - until_s) - kept
        # Over a whole day who is here for a visit is one of the visits.
        here_s = min(until_s, present_s) if is_overlay or until_s < DAY_S else 0.0
        others_s = visited * (until_s - here_s)
        free -= unwatched_per_s * (until_s - here_s)
        free -= here_s * present.fixed + others_s * VISITS.fixed
        needed = (here_s * present.looks + weight * others_s * VISITS.looks) / wait_s
        longer = max(longer, needed / free if free > needed / MOST_STRETCH else MOST_STRETCH)
    unwatched = max(1.0, UNWATCHED_CALLS / max(1.0, UNWATCHED_SHARE * limit)) * longer**2
    return Stretch(watched=longer, unwatched=min(MOST_UNWATCHED_STRETCH, unwatched))


def _visited(calls: Calls, watched: Watched, now_s: float) -> float:
    """Return the share of the time in which visits are to be expected."""
    unknown = 1 - min(1.0, calls.covered_s(now_s) / DAY_S)
    visits_s = watched.day_s - watched.long_s + VISITS_S * unknown
    return max(LEAST_VISITS_S, visits_s) / DAY_S


def _kept_for_overlay(limit: int, watched: Watched) -> float:
    """Return what is kept from visits for an overlay that may come, less what it had already."""
    kept = min(OVERLAY_CALLS, OVERLAY_SHARE * limit)
    return kept * max(0.0, 1 - watched.long_s / OVERLAY_S)


def _limit(calls: Calls, setting: int, lessons: Lessons, now_s: float) -> int:
    """Return how many calls may count when one more is made that is not a token refresh."""
    ceiling = ceiling_in_force(setting, lessons, now_s)
    tokens = calls.count_of(Endpoint.TOKEN, now_s)
    return ceiling - max(0, min(TOKEN_CALLS, ceiling // 10) - tokens)
