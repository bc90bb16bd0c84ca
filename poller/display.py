"""What is shown right now, and the memory of it that outlives the process.

It moves one value, what is shown, by the pure functions of ``publish``, tells it to whoever
listens, and has the last played item kept. It knows nothing of looks or of Spotify.
"""

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from .clock import Clock
from .errors import StateUnreadable, StateUnwritable
from .listening import Session
from .options import Rules
from .playback import Kind, Play, Snapshot
from .publish import LastPlayed, first_shown, remember, show
from .trouble import Trouble

log = structlog.get_logger()

KEPT_WITHIN_MS: Final = 2_000
"""An end that moved by less is not worth a write to the card."""


class Remembers(Protocol):
    """Where the last played item outlives the process."""

    async def last_played(self) -> LastPlayed | None:
        """Return the last one kept.

        Raises:
            StateUnreadable: not now.
        """

    async def keep(self, last: LastPlayed) -> None:
        """Keep it in the place of the one before.

        Raises:
            StateUnwritable: not now.
        """


class Display:
    """The present snapshot. ``emit`` is called with each one, also when ``seq`` stayed."""

    def __init__(
        self,
        *,
        plays: Remembers,
        clock: Clock,
        emit: Callable[[Snapshot], None],
        rules: Rules,
        epoch: str,
    ) -> None:
        self._plays = plays
        self._clock = clock
        self._emit = emit
        self._rules = rules
        self._epoch = epoch
        self._kept: LastPlayed | None = None
        self._shown = first_shown(epoch, None, now_at=self._now_at())

    @property
    def snapshot(self) -> Snapshot:
        return self._shown.snapshot

    @property
    def turns_s(self) -> float | None:
        """When the snapshot changes by itself, None for never."""
        return self._shown.turns_s

    @property
    def was_anything_played(self) -> bool:
        return self._shown.last is not None

    async def restore(self) -> None:
        """Take up what an earlier process showed last."""
        last = None
        try:
            last = await self._plays.last_played()
        except StateUnreadable:
            log.warning("last_played_not_read")
        self._shown = first_shown(self._epoch, last, now_at=self._now_at())
        self._kept = self._shown.last  # a clock that is wrong at boot must not get into the store

    def remember(self, play: Play) -> None:
        """Take up what was played before this program ever ran, unless that may not be shown."""
        if self._rules.local_files or play.item.kind is not Kind.LOCAL:
            last = LastPlayed(item=play.item, ended_at=min(play.ended_at, self._now_at()))
            self._shown = remember(self._shown, last)

    async def show(self, session: Session, trouble: Trouble) -> None:
        """Show what follows from ``session`` and ``trouble`` at this moment."""
        before = self._shown.snapshot
        self._shown = show(
            self._shown,
            session,
            trouble,
            self._rules,
            now_s=self._clock.monotonic(),
            now_at=self._now_at(),
        )
        self._emit(self._shown.snapshot)
        if self._shown.snapshot.seq != before.seq:
            await self._keep()

    async def _keep(self) -> None:
        last = self._shown.last
        if last is None or self._is_kept(last):
            return
        try:
            await self._plays.keep(last)
        except StateUnwritable:
            log.warning("last_played_not_saved")
        else:
            self._kept = last

    def _is_kept(self, last: LastPlayed) -> bool:
        kept = self._kept
        return (
            kept is not None
            and kept.item == last.item
            and abs(kept.ended_at - last.ended_at) <= KEPT_WITHIN_MS
        )

    def _now_at(self) -> int:
        return round(self._clock.now() * 1000)
