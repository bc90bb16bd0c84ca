"""What is shown right now, and the memory of it that outlives the process.

It moves one value, what is shown, by the pure functions of ``publish``, tells it to whoever
listens, and has the last played item kept, as well as a time in which nothing may be shown. It
knows nothing of looks or of Spotify.
"""

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from .clock import Clock
from .errors import StateUnreadable, StateUnwritable
from .incognito import Incognito, begun, ended, restarted
from .listening import Session
from .options import Rules
from .playback import Kind, Play, Snapshot
from .publish import LastPlayed, first_shown, forget, remember, show
from .trouble import Trouble

log = structlog.get_logger()

KEPT_WITHIN_MS: Final = 2_000
"""An end that moved by less is not worth a write to the card."""


class Remembers(Protocol):
    """Where the last played item and the incognito outlive the process."""

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

    async def incognito(self) -> Incognito | None:
        """Return the last one kept, over or not; raise StateUnreadable: not now."""

    async def keep_incognito(self, incognito: Incognito) -> None:
        """Keep it in the place of the one before; raise StateUnwritable: not now."""


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
        self._incognito: Incognito | None = None
        self._was_ever_incognito = False
        self._shown = first_shown(epoch, None, now_at=self._now_at())

    @property
    def snapshot(self) -> Snapshot:
        return self._shown.snapshot

    @property
    def turns_s(self) -> float | None:
        """When the snapshot changes by itself, or may do so after a look; None for never."""
        turns_s, incognito = self._shown.turns_s, self.incognito
        if incognito is None or incognito.until_s is None:
            return turns_s
        return incognito.until_s if turns_s is None else min(turns_s, incognito.until_s)

    @property
    def incognito(self) -> Incognito | None:
        """Why nothing may be shown, while that lasts; after it a fresh look is waited for."""
        incognito = self._incognito
        is_over = incognito is not None and incognito.is_over(self._clock.monotonic())
        return None if is_over else incognito

    @property
    def wants_backfill(self) -> bool:
        """Whether a play from before this program ran may be shown.

        Not where the owner ever was incognito: nobody could tell which plays fell into that time.
        """
        return self._shown.last is None and not self._was_ever_incognito

    async def restore(self) -> None:
        """Take up what an earlier process showed last, and what it was not to show.

        Raises:
            StateUnreadable: whether anything may be shown cannot be known now.
        """
        last = None
        try:
            last = await self._plays.last_played()
        except StateUnreadable:
            log.warning("last_played_not_read")
        await self._restore_incognito()
        self._shown = first_shown(self._epoch, last, now_at=self._now_at())
        self._kept = self._shown.last  # a clock that is wrong at boot must not get into the store

    def remember(self, play: Play) -> None:
        """Take up what was played before this program ever ran, unless that may not be shown."""
        is_public = self._rules.local_files or play.item.kind is not Kind.LOCAL
        if is_public and self.wants_backfill:
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
            is_incognito=self._incognito is not None,
            now_s=self._clock.monotonic(),
            now_at=self._now_at(),
        )
        self._emit(self._shown.snapshot)
        if self._shown.snapshot.seq != before.seq:
            await self._keep()

    def hide(self, duration_s: float | None) -> None:
        """Show nothing from the next :meth:`show` on; None is until :meth:`end_hiding`."""
        self._incognito = begun(
            duration_s,
            now_s=self._clock.monotonic(),
            now_at=self._now_at(),
            boot_id=self._clock.boot_id(),
        )
        self._was_ever_incognito = True

    def end_hiding(self) -> None:
        """Let what is seen from now on be shown again; what was seen before stays hidden."""
        if self._incognito is not None:
            self._incognito = ended(
                self._incognito, now_s=self._clock.monotonic(), now_at=self._now_at()
            )

    def uncover(self, seen_s: float) -> bool:
        """Show again if what was seen at ``seen_s`` may be shown; tell whether that is new."""
        if self._incognito is None or not self._incognito.is_over(seen_s):
            return False
        self._incognito = None
        return True

    async def keep_hiding(self) -> None:
        """Have it kept for the next process that nothing is shown, or that it is shown again.

        Raises:
            StateUnwritable: it holds for this process only.
        """
        if self._incognito is not None:
            await self._plays.keep_incognito(self._incognito)

    def forget(self) -> None:
        """Show from now on as if nothing had ever been played."""
        self._shown = forget(self._shown)
        self._kept = None

    async def _restore_incognito(self) -> None:
        kept = await self._plays.incognito()
        if kept is None:
            return
        self._was_ever_incognito = True
        now_s = self._clock.monotonic()
        kept = restarted(kept, now_s=now_s, now_at=self._now_at(), boot_id=self._clock.boot_id())
        self._incognito = None if kept.is_over(now_s) else kept

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
