"""Showing the next item at the predicted end of this one, before Spotify tells of it.

Shortly before the end the queue is asked once; what it names next is shown at the end,
unconfirmed, until a look agrees. A guess that turned out wrong is counted, and two of them make
the next ends go by without one. What is weak is not guessed at all.
"""

import math
from typing import Final

import msgspec

from .changes import Change
from .errors import Refused, TonearmError
from .listening import Session
from .parse import Queue
from .playback import Item, Playback, Repeat, Status

PATIENCE_S: Final = 3.0
"""The API lags: for so long after the predicted end the old item is no refutation."""
UNCONFIRMED_S: Final = 30.0
"""A guess that no look could confirm is not shown for longer."""
AHEAD_S: Final = 6.0
"""The queue is asked no sooner than this before the end."""
FRESHER_S: Final = 0.3
"""What is asked so long after it was needed is there in time."""
LEAST_AHEAD_S: Final = 0.4
"""Later than this before the end, the queue's answer would come too late."""
TRIED_S: Final = 1.0
"""Predicted ends nearer to each other than this are the same end."""
REMEMBERED: Final = 4
WRONG_ENOUGH: Final = 2
SKIPPED_ENDS: Final = 4
"""After too many wrong guesses among the last few, so many ends pass without one."""
OFF_S: Final = 600.0
REFUSED_OFF_S: Final = 86_400.0


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """The item that is expected to begin at ``starts_s``, in the place of item ``after``."""

    item: Item
    after: str
    starts_s: float


class LookAhead(msgspec.Struct, frozen=True, kw_only=True):
    """What was guessed, and how well.

    ``tried_s`` is the end for which the queue was asked last. ``outcomes`` tells of the last
    guesses which were right; ``skips`` ends are still to pass without one.
    """

    guess: Guess | None = None
    tried_s: float = -math.inf
    outcomes: tuple[bool, ...] = ()
    skips: int = 0
    off_until_s: float = -math.inf
    right: int = 0
    wrong: int = 0


def is_strong(session: Session) -> bool:
    """Tell whether the queue would say what follows in ``session``."""
    return (
        session.status is Status.PLAYING
        and not session.playback.is_private
        and session.playback.repeat is not Repeat.TRACK
        and session.doubted_since_s is None
        and not session.is_dead()
    )


def wants_queue(ahead: LookAhead, session: Session, end_s: float) -> bool:
    """Tell whether the queue is worth asking before ``end_s``."""
    return is_strong(session) and abs(end_s - ahead.tried_s) > TRIED_S and end_s > ahead.off_until_s


def after_queue(
    ahead: LookAhead, queue: Queue, session: Session, end_s: float, *, fresh_s: float
) -> LookAhead:
    """Return what is guessed after the queue's answer; nothing if that is weak.

    The last look must be at most ``fresh_s`` old at ``end_s``.
    """
    tried = msgspec.structs.replace(ahead, tried_s=end_s, guess=None)
    if tried.skips:
        return msgspec.structs.replace(tried, skips=tried.skips - 1)
    item, now = session.item, queue.current
    if item is None or now is None or now.uri != item.uri or not queue.upcoming:
        return tried
    if not is_strong(session) or session.seen_s < end_s - fresh_s:
        return tried
    following = queue.upcoming[0]
    if following.uri == item.uri:
        return tried
    guess = Guess(item=following, after=item.uri, starts_s=end_s)
    return msgspec.structs.replace(tried, guess=guess)


def after_failure(ahead: LookAhead, error: TonearmError, end_s: float) -> LookAhead:
    """Return ``ahead`` switched off for a while: the queue is a nicety and must cost no trouble."""
    off_s = REFUSED_OFF_S if isinstance(error, Refused) else OFF_S
    return msgspec.structs.replace(ahead, tried_s=end_s, guess=None, off_until_s=end_s + off_s)


def after_look(ahead: LookAhead, before: Session, after: Session, change: Change) -> LookAhead:
    """Return what is still guessed after a look: the guess is right, wrong, or still open."""
    guess = ahead.guess
    if guess is None:
        return ahead
    item = after.item
    if item is not None and item.uri == guess.item.uri:
        return _judged(ahead, is_right=True)
    if change is Change.DOUBTED:
        return ahead
    is_due = after.seen_s >= guess.starts_s
    if change is Change.NONE and before.playback.repeat is after.playback.repeat:
        is_open = after.seen_s < guess.starts_s + PATIENCE_S
        return ahead if is_open else _judged(ahead, is_right=False)
    # A seek, a pause, another repeat mode: before the end they only make the guess weak.
    return _judged(ahead, is_right=False) if is_due else msgspec.structs.replace(ahead, guess=None)


def _judged(ahead: LookAhead, *, is_right: bool) -> LookAhead:
    outcomes = (*ahead.outcomes, is_right)[-REMEMBERED:]
    is_poor = outcomes.count(False) >= WRONG_ENOUGH
    return msgspec.structs.replace(
        ahead,
        guess=None,
        outcomes=() if is_poor else outcomes,
        skips=SKIPPED_ENDS if is_poor else 0,
        right=ahead.right + is_right,
        wrong=ahead.wrong + (not is_right),
    )


def guessed(ahead: LookAhead, session: Session, now_s: float) -> Session | None:
    """Return the session to show at ``now_s`` in the place of ``session``, None without a guess."""
    guess = ahead.guess
    if guess is None or not guess.starts_s <= now_s < guess.starts_s + UNCONFIRMED_S:
        return None
    if session.item is None or session.item.uri != guess.after or not is_strong(session):
        return None
    return Session(
        playback=Playback(status=Status.PLAYING, item=guess.item, progress_ms=0),
        as_of_s=guess.starts_s,
        seen_s=guess.starts_s,
        since_s=guess.starts_s,
        is_guess=True,
    )


def turns_s(ahead: LookAhead, now_s: float) -> float | None:
    """Return when the guess is to be shown, None if there is none or it is shown already."""
    guess = ahead.guess
    return None if guess is None or guess.starts_s <= now_s else guess.starts_s
