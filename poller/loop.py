"""The poller itself: wait, look, compare, show.

It holds the situation and what is in the way, and moves both by the pure functions of ``changes``,
``cadence`` and ``trouble``. It knows nothing of viewers but how many there are.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

import structlog
from msgspec.structs import replace

from .cadence import Look, Situation, Why, next_look, retry_wait_s
from .changes import Change, observe
from .clock import Clock
from .display import Display, Remembers
from .errors import TonearmError
from .options import Pace, Rules
from .playback import Health, Observation, Play, Snapshot
from .quota import Cooldown
from .trouble import Trouble, trouble_after

log = structlog.get_logger()

SLICE_S: Final = 30.0
"""No wait is longer: a suspended machine, a stop and the watchdog are all noticed in time."""
BACKFILL_TRIES: Final = 3


class Asks(Protocol):
    """What the poller asks of Spotify."""

    @property
    def cooldown(self) -> Cooldown | None: ...
    async def look(self) -> Observation: ...
    async def recently_played(self) -> tuple[Play, ...]: ...


class Poller:
    """Asks Spotify as seldom as it can and emits every snapshot that follows from an answer.

    ``emit`` is called with each new snapshot, also when only the position was confirmed and
    ``seq`` stayed; ``audience`` tells how many watch; ``chance`` draws from [0, 1).
    """

    def __init__(
        self,
        *,
        spotify: Asks,
        plays: Remembers,
        clock: Clock,
        emit: Callable[[Snapshot], None],
        audience: Callable[[], int],
        pace: Pace,
        rules: Rules,
        epoch: str,
        chance: Callable[[], float],
    ) -> None:
        self._spotify = spotify
        self._clock = clock
        self._audience = audience
        self._pace = pace
        self._chance = chance
        self._display = Display(plays=plays, clock=clock, emit=emit, rules=rules, epoch=epoch)
        self._situation = Situation()
        self._trouble = Trouble()
        self._failures = 0
        self._backfill_tries = 0
        self._asks = 0
        self._poked = asyncio.Event()

    @property
    def snapshot(self) -> Snapshot:
        """What is shown now."""
        return self._display.snapshot

    @property
    def next_look(self) -> Look:
        """The look to come, and why; an instant in the past means now."""
        cooldown = self._spotify.cooldown
        present = replace(
            self._situation,
            audience=self._audience(),
            blocked_until_s=cooldown.until_s if cooldown else None,
        )
        return next_look(present, self._pace, self._clock.monotonic())

    def viewer_arrived(self) -> None:
        """Take note that somebody watches who was not there before."""
        self._ask(Why.VIEWER_ARRIVED)

    def logged_in(self) -> None:
        """Take note that the owner just gave a grant: what was wrong before may be right now."""
        self._situation = replace(
            self._situation, needs_login=False, is_refused=False, retry_s=None
        )
        self._trouble = Trouble()
        self._failures = 0
        self._backfill_tries = 0
        self._ask(Why.LOGGED_IN)

    async def restore(self) -> None:
        """Show what an earlier process showed last; call it once, before :meth:`run`."""
        await self._display.restore()
        await self._show()

    async def run(self) -> None:
        """Look and wait for ever; only cancellation ends it."""
        while True:
            await self._look(await self._wait())

    # Waiting.

    def _ask(self, why: Why) -> None:
        self._asks += 1
        if self._situation.asked is not Why.LOGGED_IN:
            self._situation = replace(self._situation, asked=why)
        self._poked.set()

    async def _wait(self) -> Why:
        """Return why to look once a look is due; show on the way what changes by itself."""
        while True:
            self._poked.clear()  # whoever pokes from here on is heard by the sleep below
            look = self.next_look
            now_s = self._clock.monotonic()  # read last: a look that is wanted now is then due
            if look.at_s <= now_s:
                log.debug("look_due", why=look.why)
                return look.why
            # Not when a look is due: a cooldown that has just ended tells of no better health.
            await self._show()
            turns_s = self._display.turns_s
            due_s = look.at_s if turns_s is None else min(look.at_s, turns_s)
            await self._sleep_or_poke(min(SLICE_S, due_s - now_s))

    async def _sleep_or_poke(self, duration_s: float) -> None:
        sleep = asyncio.ensure_future(self._clock.sleep(duration_s))
        poke = asyncio.ensure_future(self._poked.wait())
        try:
            await asyncio.wait({sleep, poke}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            poke.cancel()

    # Looking.

    async def _look(self, why: Why) -> None:
        asks = self._asks
        try:
            seen = await self._spotify.look()
        except TonearmError as error:
            self._failed(error)
        else:
            self._succeeded(seen)
        now_s = self._clock.monotonic()
        self._situation = replace(
            self._situation,
            looked_s=now_s,
            asked=None if self._asks == asks else self._situation.asked,
            arrival_look_s=(now_s if why is Why.VIEWER_ARRIVED else self._situation.arrival_look_s),
        )
        await self._show()
        if self._failures == 0:
            await self._backfill()

    def _succeeded(self, seen: Observation) -> None:
        session, change = observe(self._situation.session, seen)
        changed_s = self._situation.changed_s
        if change is not Change.NONE:
            changed_s = seen.seen_s
            log.info("playback_changed", change=change)
        if self._trouble.health is not Health.OK:
            log.info("spotify_answers_again")
        self._trouble = Trouble()
        self._failures = 0
        self._situation = replace(
            self._situation,
            session=session,
            changed_s=changed_s,
            retry_s=None,
            is_refused=False,
            needs_login=False,
        )

    def _failed(self, error: TonearmError) -> None:
        self._failures += 1
        before = self._trouble
        self._trouble = trouble_after(error, self._failures, before)
        self._situation = replace(
            self._situation,
            needs_login=self._trouble.needs_login,
            is_refused=self._trouble.refused is not None,
            retry_s=retry_wait_s(error, self._failures, self._chance()),
        )
        is_news = self._failures == 1 or self._trouble.health is not before.health
        level = logging.WARNING if is_news else logging.DEBUG  # a long outage fills no journal
        log.log(level, "look_failed", error=type(error).__name__, advice=str(error))

    async def _backfill(self) -> None:
        """Ask once for the last finished play, when nothing was ever shown."""
        if self._display.was_anything_played or self._backfill_tries >= BACKFILL_TRIES:
            return
        self._backfill_tries += 1
        try:
            plays = await self._spotify.recently_played()
        except TonearmError as error:
            log.info("recently_played_failed", error=type(error).__name__)
        else:
            self._backfill_tries = BACKFILL_TRIES
            for play in plays:
                self._display.remember(play)
        await self._show()

    async def _show(self) -> None:
        cooldown = self._spotify.cooldown
        limited_until_at = cooldown.until_at if cooldown else None
        trouble = replace(self._trouble, limited_until_at=limited_until_at)
        await self._display.show(self._situation.session, trouble)
