"""The one question for what was played before this program ever ran.

An empty card would greet the first viewers until the owner plays something; Spotify remembers the
last finished plays. It is asked after a good look, a few times at most, and never again.
"""

from typing import Final, Protocol

import structlog

from .errors import TonearmError
from .playback import Play

log = structlog.get_logger()

TRIES: Final = 3


class Recalls(Protocol):
    """Who knows the last finished plays."""

    async def recently_played(self) -> tuple[Play, ...]:
        """Return them, the newest first; raise TonearmError: not now."""


class Backfill:
    """Asks until it was answered, was refused too often, or is told that it need not."""

    def __init__(self, spotify: Recalls) -> None:
        self._spotify = spotify
        self._tries_left = TRIES
        self._is_called_off = False

    @property
    def is_open(self) -> bool:
        """Whether it may still ask."""
        return self._tries_left > 0 and not self._is_called_off

    def call_off(self) -> None:
        """Ask no more, and believe no answer that is still to come."""
        self._is_called_off = True

    def renew(self) -> None:
        """Begin anew, with another owner's or another login's plays."""
        self._tries_left = TRIES
        self._is_called_off = False

    async def plays(self) -> tuple[Play, ...]:
        """Ask; return nothing when there is no answer, or none to be believed."""
        self._tries_left -= 1
        try:
            plays = await self._spotify.recently_played()
        except TonearmError as error:
            log.info("recently_played_failed", error=type(error).__name__)
            return ()
        if self._is_called_off:
            return ()
        self._tries_left = 0
        return plays
