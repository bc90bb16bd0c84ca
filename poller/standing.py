"""Where things stand: what is believed, what is in the way, and what is shown of both.

Each look moves it, by the pure functions of ``changes`` and ``setbacks``. It neither waits nor
asks.
"""

import logging
from collections.abc import Callable
from typing import Any

import structlog
from msgspec.structs import replace

from . import look_ahead, setbacks
from .changes import Change, observe
from .clock import Clock
from .display import Display
from .errors import TonearmError
from .listening import Session
from .playback import Health, Observation
from .presence import Presence
from .setbacks import Setbacks
from .situation import Situation, after_look

log = structlog.get_logger()


class Standing:
    """The situation and the setbacks; ``chance`` draws from [0, 1)."""

    def __init__(
        self, *, display: Display, presence: Presence, clock: Clock, chance: Callable[[], float]
    ) -> None:
        self._display = display
        self._presence = presence
        self._clock = clock
        self._chance = chance
        self.situation = Situation()
        self.setbacks = Setbacks()

    @property
    def present(self) -> Situation:
        """The situation with what changes by itself."""
        is_hidden = self._display.incognito is not None
        return self._presence.added_to(self.situation, is_hidden=is_hidden)

    def note(self, **changes: Any) -> None:
        """Take note of what else changed in the situation, by the names of its fields."""
        self.situation = replace(self.situation, **changes)

    def succeeded(self, seen: Observation, asked_s: float) -> None:
        """Take note of what a look saw that was asked at ``asked_s``."""
        # What was seen while it was hidden must not be shown afterwards: begin anew.
        if self._display.uncover(seen.seen_s):
            self.situation = replace(self.situation, session=Session())
        session, change = observe(self.situation.session, seen)
        if change is not Change.NONE:
            log.info("playback_changed", change=change)
        if self.setbacks.trouble.health is not Health.OK:
            log.info("spotify_answers_again")
        self.setbacks = Setbacks()
        self.situation = after_look(self.situation, session, change, asked_s=asked_s)

    def failed(self, error: TonearmError) -> None:
        """Take note of a look that saw nothing."""
        self.setbacks = setbacks.after_failure(self.setbacks, error, chance=self._chance())
        self.situation = setbacks.hindered(self.situation, self.setbacks)
        # A long outage fills no journal.
        level = logging.WARNING if self.setbacks.is_news else logging.DEBUG
        log.log(level, "look_failed", error=type(error).__name__, advice=str(error))

    def logged_in(self) -> None:
        """Take note of a grant: what was wrong before may be right now."""
        self.setbacks = setbacks.after_login(self.setbacks)
        self.situation = setbacks.hindered(self.situation, self.setbacks)

    def logged_out(self) -> None:
        """Forget what was played; a login is needed."""
        self.setbacks = setbacks.after_logout(self.setbacks)
        situation = replace(self.situation, session=Session(), asked=None)
        self.situation = setbacks.hindered(situation, self.setbacks)
        self._display.forget()

    async def show(self) -> None:
        """Show what is believed, or the item that is guessed to have begun."""
        trouble = self.setbacks.shown(
            limited_until_at=self._presence.limited_until_at,
            is_late=self._presence.is_late,
        )
        situation, now_s = self.situation, self._clock.monotonic()
        guess = look_ahead.guessed(situation.ahead, situation.session, now_s)
        await self._display.show(guess or situation.session, trouble)
