"""What systemd is told while the service runs: that the poller is alive, and how things are.

A loop that stands still tells nothing, for this runs in it; and a poller that is stuck while the
rest goes on is not covered for. Either way systemd ends the process and starts a new one. Whoever
only waits (for a cooldown, a login, music) turns all the while, and is fed all the while.
"""

from collections.abc import Callable
from typing import Final

import structlog

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Health, State
from tonearm.server.ink import plural
from tonearm.server.owner.control_messages import Login

from .notify import Supervisor

log = structlog.get_logger()

STUCK_S: Final = 90.0
"""The poller waits for 30 s at most, and a look with a refresh takes less than that again."""
FEEDS_PER_PERIOD: Final = 3
UNWATCHED_S: Final = 60.0
"""How often the words are looked at where no watchdog sets the beat."""


async def report(
    supervisor: Supervisor,
    *,
    turned_s: Callable[[], float],
    words: Callable[[], str],
    clock: Clock,
) -> None:
    """Tell ``supervisor`` how things are until cancelled; return at once when nobody listens.

    ``turned_s`` is when the poller last decided what to do next. The ``words`` are told again when
    they have changed, with the next feed: nothing wakes for their sake.
    """
    if supervisor.address is None:
        return
    period_s = supervisor.watchdog_s
    beat_s = UNWATCHED_S if period_s is None else period_s / FEEDS_PER_PERIOD
    told = ""
    was_stuck = False
    while True:
        age_s = clock.monotonic() - turned_s()
        is_stuck = age_s >= STUCK_S
        if is_stuck and not was_stuck:
            log.error("poller_stuck", for_s=round(age_s))
        was_stuck = is_stuck
        assignments = [] if period_s is None or is_stuck else ["WATCHDOG=1"]
        if (news := words()) != told:
            assignments.append(f"STATUS={news}")
            told = news
        if assignments:
            supervisor.tell(*assignments)
        await clock.sleep(beat_s)


def status_words(state: State, health: Health, login: Login | None) -> str:
    """Return the line that `systemctl status` shows; no title, for every user may read it."""
    if login is None:
        return f"{state}; Spotify needs your permission: sudo tonearm login --paste"
    trouble = "" if health is Health.OK else f" ({health.replace('_', ' ')})"
    return f"{state}{trouble}; {plural(login.days_left, 'day')} of login left"
