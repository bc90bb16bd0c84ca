"""Long work in short turns, so that the loop never stands still for it.

A turn ends by the clock, not by a count: what a frame costs differs by ten between a machine that
sends to itself and a small one under TLS.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final, TypeVar

from tonearm.poller.clock import Clock

from .roster import Roster

TURN_S: Final = 0.002

_T = TypeVar("_T")


async def walk(roster: Roster, step: Callable[[int], int], clock: Clock) -> None:
    """Go through ``roster`` from its end; ``step`` is told a place and returns the next."""
    place, ends_s = len(roster), clock.monotonic() + TURN_S
    while place > 0:
        place = step(place)
        if clock.monotonic() >= ends_s:
            await _let_others(clock)
            ends_s = clock.monotonic() + TURN_S


async def in_turns(things: Iterable[_T], clock: Clock) -> AsyncIterator[_T]:
    """Yield ``things`` one by one, letting others run in between."""
    ends_s = clock.monotonic() + TURN_S
    for thing in things:
        yield thing
        if clock.monotonic() >= ends_s:
            await _let_others(clock)
            ends_s = clock.monotonic() + TURN_S


async def _let_others(clock: Clock) -> None:
    # The loop looks at its sockets after the first, and runs what they want before the second is
    # over. After only one the next turn would come before whoever spoke in this one.
    await clock.sleep(0)
    await clock.sleep(0)
