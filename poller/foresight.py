"""Asking the queue what follows, so that it can be shown at the end of the item.

The rules are those of ``look_ahead``; a queue that fails is no trouble of the poller's.
"""

import structlog

from . import look_ahead
from .cadence import fresh_s
from .errors import TonearmError
from .look_ahead import LookAhead
from .options import Pace
from .situation import Situation
from .surroundings import Asks

log = structlog.get_logger()


async def foreseen(spotify: Asks, situation: Situation, pace: Pace) -> LookAhead:
    """Ask the queue once and return what is guessed then; never raises."""
    session, end_s, ahead = situation.session, situation.end_s, situation.ahead
    if end_s is None:
        return ahead
    try:
        queue = await spotify.queue()
    except TonearmError as error:
        log.info("queue_failed", error=type(error).__name__)
        return look_ahead.after_failure(ahead, error, end_s)
    fresh = fresh_s(situation, pace)
    return look_ahead.after_queue(ahead, queue, session, end_s, fresh_s=fresh)
