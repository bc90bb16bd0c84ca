"""Everything that the next look depends on, the words for why it comes, and what a look changes.

``cadence`` decides by it when the next look comes. Instants are monotonic seconds.
"""

import math
from enum import StrEnum

import msgspec

from . import hints, look_ahead
from .changes import Change
from .endings import Endings, early_s, is_natural, noted
from .governor import Stretch
from .hints import Hints
from .listening import Session
from .look_ahead import LookAhead


class Why(StrEnum):
    """The reason for a call, or for not calling yet."""

    START = "start"
    END_OF_TRACK = "end_of_track"
    LOOK_AHEAD = "look_ahead"
    WATCHED = "watched"
    UNWATCHED = "unwatched"
    PAUSED = "paused"
    IDLE = "idle"
    SETTLING = "settling"
    CONFIRMING = "confirming"
    HINT = "hint"
    VIEWER_ARRIVED = "viewer_arrived"
    READ = "read"
    LOGGED_IN = "logged_in"
    RETRY = "retry"
    REFUSED = "refused"
    BUDGET = "budget"
    COOLDOWN = "cooldown"
    LOGIN_NEEDED = "login_needed"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A look to come; ``at_s`` is infinite while only the owner can help."""

    at_s: float
    why: Why


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the time that the next look depends on.

    ``audience`` counts who stays connected, ``has_readers`` tells of reads over plain HTTP a moment
    ago. ``called_s`` is the end of the last call of any kind, ``looked_s`` that of the last look.
    ``asked`` is set while something from outside (a viewer who came, a login) wants a look at
    once; ``retry_s`` is the wait drawn after the last failure, None when the last look succeeded.
    ``stretch`` is by how much the governor makes waits longer; ``rations_until_s`` is when its
    ceiling allows a call again, ``blocked_until_s`` when Spotify does.
    """

    session: Session = Session()
    audience: int = 0
    has_readers: bool = False
    watched_since_s: float = -math.inf
    looked_s: float | None = None
    called_s: float = -math.inf
    changed_s: float = -math.inf
    asked: Why | None = None
    arrival_look_s: float = -math.inf
    read_look_s: float = -math.inf
    hints: Hints = Hints()
    ahead: LookAhead = LookAhead()
    endings: Endings = Endings()
    retry_s: float | None = None
    stretch: Stretch = Stretch()
    rations_until_s: float | None = None
    blocked_until_s: float | None = None
    is_refused: bool = False
    needs_login: bool = False

    @property
    def is_watched(self) -> bool:
        return self.audience > 0

    @property
    def end_s(self) -> float | None:
        """When the item will give way to the next one, as far as this owner's habits tell."""
        end_s = self.session.end_s()
        return None if end_s is None else end_s - self.endings.early_s


def after_look(
    situation: Situation, session: Session, change: Change, *, asked_s: float
) -> Situation:
    """Return the situation after a look that was asked at ``asked_s`` and led to ``session``."""
    before, endings = situation.session, situation.endings
    is_change = change not in (Change.NONE, Change.DOUBTED)
    early = early_s(before, session) if change in (Change.ITEM, Change.REPEATED) else None
    # What comes by itself announces nothing: only who reached for the player may do so again.
    settles = change is not Change.NONE and not is_natural(endings, early)
    return msgspec.structs.replace(
        situation,
        session=session,
        changed_s=session.seen_s if settles else situation.changed_s,
        hints=hints.after_look(situation.hints, asked_s, is_change=is_change),
        ahead=look_ahead.after_look(situation.ahead, before, session, change),
        endings=endings if early is None else noted(endings, early),
        retry_s=None,
        is_refused=False,
        needs_login=False,
    )
