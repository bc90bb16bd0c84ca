"""The demo's account: an evening of made-up music that goes on for ever.

The listener skips some items, pauses others, moves about in a podcast and lets the rest play out,
with a rhythm that differs from round to round but is the same for the same seed.
"""

import itertools
from collections.abc import Iterator
from enum import Enum, auto
from functools import partial
from random import Random
from typing import Final

from tonearm.poller.playback import Kind, Repeat

from .account import Account
from .authorization import Authorization, RegisteredApp
from .listener import Listener
from .music import EVENING
from .player import Player
from .shapes import CoverUrl, cover_at_spotify
from .timeline import Step, Timeline

HEAD_START_S: Final = 31.0  # the first change comes before a newcomer looks away
LAG_S: Final = (0.3, 1.1)
RESUME_POINT_MS: Final = 702_000  # a podcast goes on where it was left


class Habit(Enum):
    """What the listener does to an item."""

    LISTEN = auto()
    SKIP = auto()
    PAUSE = auto()


HABITS: Final = (Habit.LISTEN, Habit.SKIP, Habit.PAUSE, Habit.LISTEN, Habit.LISTEN)
"""Five habits over sixteen items: each round treats each item differently."""


def demo_account(
    now_s: float,
    *,
    epoch_s: float,
    cover_url: CoverUrl = cover_at_spotify,
    app: RegisteredApp | None = None,
    seed: int = 33,
) -> Account:
    """Return an account in the middle of its first item; ``epoch_s`` is UTC at instant zero."""
    begins_s = now_s - HEAD_START_S
    chance = Random(seed)  # noqa: S311  (a rhythm, not a secret)
    player = Player()
    player.play(EVENING, begins_s)
    player.set_repeat(Repeat.CONTEXT, begins_s)
    return Account(
        listener=Listener(
            player=player,
            epoch_s=epoch_s,
            lag_s=LAG_S,
            chance=Random(seed).random,  # noqa: S311
            cover_url=cover_url,
        ),
        timeline=Timeline(_gestures(player, chance, begins_s)),
        authorization=Authorization(app=app or RegisteredApp(name="tonearm demo")),
    )


def _gestures(player: Player, chance: Random, begins_s: float) -> Iterator[Step]:
    """Yield what the listener does to each item, and when; every item's beginning is known."""
    for item, habit in zip(itertools.cycle(EVENING), itertools.cycle(HABITS), strict=True):
        after_s = chance.uniform(12.0, 26.0)
        if item.kind is Kind.EPISODE:
            yield begins_s + 1.5, partial(player.seek, RESUME_POINT_MS)
            begins_s += 40.0 + after_s
            yield begins_s, player.skip
        elif habit is Habit.SKIP:
            begins_s += after_s
            yield begins_s, player.skip
        elif habit is Habit.PAUSE:
            break_s = chance.uniform(7.0, 11.0)
            yield begins_s + after_s, player.pause
            yield begins_s + after_s + break_s, player.resume
            begins_s += break_s + item.duration_ms / 1000
        else:
            begins_s += item.duration_ms / 1000
