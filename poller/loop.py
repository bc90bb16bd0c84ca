"""The poller itself: wait, look, compare, show.

It holds the situation and what is in the way, and moves both by the pure functions of ``changes``,
``cadence`` and ``trouble``. It knows nothing of viewers but how many there are.
"""

import logging
from collections.abc import Callable
from typing import Final

import structlog
from msgspec.structs import replace

from . import hints, look_ahead
from .alarm import Alarm
from .attendance import Attendance
from .backfill import Backfill
from .cadence import Look, Situation, Why, fresh_s, next_look, retry_wait_s
from .changes import Change, observe
from .clock import Clock
from .display import Display, Remembers
from .errors import LoginNeeded, TonearmError
from .incognito import Incognito
from .listening import Session
from .options import Pace, Rules
from .playback import Health, Observation, Snapshot
from .situation import after_look
from .surroundings import Asks, Governs
from .trouble import Trouble, trouble_after

log = structlog.get_logger()

SLICE_S: Final = 30.0
"""No wait is longer: a suspended machine, a stop and the watchdog are all noticed in time."""
LATE_S: Final = 60.0
"""What may not be asked for longer than this because of our own ceiling is called stale."""


class Poller:
    """Asks Spotify as seldom as it can and emits every snapshot that follows from an answer.

    ``emit`` is called with each new snapshot, also when only the position was confirmed and
    ``seq`` stayed; ``audience`` tells how many stay connected and ``has_readers`` whether somebody
    read a moment ago; ``chance`` draws from [0, 1).
    """

    def __init__(
        self,
        *,
        spotify: Asks,
        ledger: Governs,
        plays: Remembers,
        clock: Clock,
        emit: Callable[[Snapshot], None],
        audience: Callable[[], int],
        has_readers: Callable[[], bool],
        pace: Pace,
        rules: Rules,
        epoch: str,
        chance: Callable[[], float],
    ) -> None:
        self._spotify = spotify
        self._ledger = ledger
        self._attendance = Attendance()
        self._clock = clock
        self._audience = audience
        self._has_readers = has_readers
        self._pace = pace
        self._chance = chance
        self._display = Display(plays=plays, clock=clock, emit=emit, rules=rules, epoch=epoch)
        self._situation = Situation()
        self._trouble = Trouble()
        self._failures = 0
        self._backfill = Backfill(spotify)
        self._asks = 0
        self._logouts = 0
        self._was_hidden = False
        self._last_error: TonearmError | None = None
        self._alarm = Alarm(clock)
        self._turned_s = clock.monotonic()

    @property
    def snapshot(self) -> Snapshot:
        """What is shown now."""
        return self._display.snapshot

    @property
    def next_look(self) -> Look:
        """The look to come, and why; an instant in the past means now."""
        return next_look(self._present(), self._pace, self._clock.monotonic())

    @property
    def turned_s(self) -> float:
        """When it last was where it decides what to do next; 90 s ago means that it is stuck.

        It waits for 30 s at most, and a look with a refresh takes no longer than that again.
        """
        return self._turned_s

    def viewer_arrived(self) -> None:
        """Take note that somebody watches who was not there before."""
        self._ask(Why.VIEWER_ARRIVED)

    def hint(self) -> None:
        """Take note that somebody near the player says 'look now'; nothing else is believed."""
        heard = hints.after_hint(self._situation.hints, self._clock.monotonic())
        self._situation = replace(self._situation, hints=heard)
        self._alarm.ring()

    def logged_in(self) -> None:
        """Take note that the owner just gave a grant: what was wrong before may be right now."""
        self._situation = replace(
            self._situation, needs_login=False, is_refused=False, retry_s=None
        )
        self._trouble = Trouble()
        self._failures = 0
        self._backfill.renew()
        self._ask(Why.LOGGED_IN)

    async def logged_out(self) -> None:
        """Forget what was played and show that a login is needed, whatever is under way."""
        self._logouts += 1
        self._backfill.call_off()
        self._last_error = LoginNeeded()
        self._trouble = Trouble(needs_login=True)
        self._situation = replace(
            self._situation, session=Session(), needs_login=True, asked=None, retry_s=None
        )
        self._display.forget()
        await self._show()

    @property
    def last_error(self) -> TonearmError | None:
        """Why the last look failed, None when it did not."""
        return self._last_error

    @property
    def incognito(self) -> Incognito | None:
        """The time in which nothing may be shown, while it lasts."""
        incognito = self._display.incognito
        if incognito is None or incognito.is_over(self._clock.monotonic()):
            return None
        return incognito

    async def go_incognito(self, duration_s: float | None) -> None:
        """Show what a stop would show, for ``duration_s`` or until :meth:`end_incognito`.

        Raises:
            StateUnwritable: it holds, but not over a restart.
        """
        self._display.hide(duration_s)
        self._alarm.ring()  # the wait under way knows nothing of its end
        await self._show()
        await self._display.keep_hiding()

    async def end_incognito(self) -> None:
        """Show again what is played, as soon as a look has seen it.

        Raises:
            StateUnwritable: a restart will hide it again.
        """
        self._display.end_hiding()
        self._alarm.ring()
        await self._display.keep_hiding()

    async def restore(self) -> None:
        """Show what an earlier process showed last; call it once, before :meth:`run`."""
        self._situation = replace(self._situation, endings=self._ledger.endings)
        await self._display.restore()
        await self._show()

    async def run(self) -> None:
        """Look and wait for ever; only cancellation ends it."""
        while True:
            match await self._wait():
                case Why.LOOK_AHEAD:
                    await self._look_ahead()
                case why:
                    await self._look(why)

    # Waiting.

    def _present(self) -> Situation:
        """Return the situation with what changes by itself."""
        now_s = self._clock.monotonic()
        audience = 0 if self.incognito else self._audience()  # nobody would see it
        self._attendance.note(now_s, is_watched=audience > 0)
        since_s, watched = self._attendance.since_s, self._attendance.watched(now_s)
        cooldown = self._spotify.cooldown
        return replace(
            self._situation,
            audience=audience,
            has_readers=self._has_readers() and not self.incognito,
            watched_since_s=now_s if since_s is None else since_s,
            stretch=self._ledger.stretch(watched=watched, wait_s=self._pace.watched_s),
            rations_until_s=self._ledger.rations_until_s,
            blocked_until_s=cooldown.until_s if cooldown else None,
        )

    def _ask(self, why: Why) -> None:
        self._asks += 1
        if self._situation.asked is not Why.LOGGED_IN:
            self._situation = replace(self._situation, asked=why)
        self._alarm.ring()

    async def _wait(self) -> Why:
        """Return why to look once a look is due; show on the way what changes by itself."""
        while True:
            self._turned_s = self._clock.monotonic()
            self._note_incognito()
            self._alarm.rearm()  # whoever pokes from here on is heard by the sleep below
            look = self.next_look
            now_s = self._clock.monotonic()  # read last: a look that is wanted now is then due
            if look.at_s <= now_s:
                log.debug("look_due", why=look.why)
                return look.why
            # Not when a look is due: a cooldown that has just ended tells of no better health.
            await self._show()
            turns = (self._display.turns_s, look_ahead.turns_s(self._situation.ahead, now_s))
            due_s = min([look.at_s, *(turns_s for turns_s in turns if turns_s is not None)])
            await self._alarm.sleep(min(SLICE_S, due_s - now_s))

    def _note_incognito(self) -> None:
        """Want a look as soon as what it shows may be published again."""
        is_hidden = self.incognito is not None
        if self._was_hidden and not is_hidden:
            self.hint()
        self._was_hidden = is_hidden

    # Looking.

    async def _look(self, why: Why) -> None:
        asks, logouts, asked_s = self._asks, self._logouts, self._clock.monotonic()
        try:
            seen = await self._spotify.look()
        except TonearmError as error:
            if logouts == self._logouts:  # else it is about a login that is gone
                self._failed(error)
        else:
            if logouts == self._logouts:
                self._succeeded(seen, asked_s)
        now_s = self._clock.monotonic()
        self._situation = replace(
            self._situation,
            looked_s=now_s,
            called_s=now_s,
            asked=None if self._asks == asks else self._situation.asked,
            arrival_look_s=(now_s if why is Why.VIEWER_ARRIVED else self._situation.arrival_look_s),
            read_look_s=now_s if why is Why.READ else self._situation.read_look_s,
        )
        await self._show()
        await self._ledger.keep_endings(self._situation.endings)
        if self._failures == 0:
            await self._recall()

    def _succeeded(self, seen: Observation, asked_s: float) -> None:
        # What was seen while it was hidden must not be shown afterwards: begin anew.
        if self._display.uncover(seen.seen_s):
            self._situation = replace(self._situation, session=Session())
        session, change = observe(self._situation.session, seen)
        if change is not Change.NONE:
            log.info("playback_changed", change=change)
        if self._trouble.health is not Health.OK:
            log.info("spotify_answers_again")
        self._trouble = Trouble()
        self._failures = 0
        self._last_error = None
        self._situation = after_look(self._situation, session, change, asked_s=asked_s)

    async def _look_ahead(self) -> None:
        """Ask the queue what follows, to show it at the end of the item."""
        session, end_s = self._situation.session, self._situation.end_s
        ahead = self._situation.ahead
        try:
            queue = await self._spotify.queue()
        except TonearmError as error:
            log.info("queue_failed", error=type(error).__name__)
            ahead = look_ahead.after_failure(ahead, error, end_s or self._clock.monotonic())
        else:
            if end_s is not None:
                fresh = fresh_s(self._present(), self._pace)
                ahead = look_ahead.after_queue(ahead, queue, session, end_s, fresh_s=fresh)
        self._situation = replace(self._situation, ahead=ahead, called_s=self._clock.monotonic())

    def _failed(self, error: TonearmError) -> None:
        self._failures += 1
        self._last_error = error.with_traceback(None)
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

    async def _recall(self) -> None:
        """Ask for the last finished play, when nothing was ever shown."""
        if self._display.wants_backfill and self._backfill.is_open:
            for play in await self._backfill.plays():
                self._display.remember(play)
            await self._show()

    async def _show(self) -> None:
        cooldown = self._spotify.cooldown
        limited_until_at = cooldown.until_at if cooldown else None
        situation, now_s = self._situation, self._clock.monotonic()
        rations_until_s = self._ledger.rations_until_s
        is_late = rations_until_s is not None and rations_until_s - now_s > LATE_S
        trouble = replace(
            self._trouble,
            limited_until_at=limited_until_at,
            is_late=self._trouble.is_late or is_late,
        )
        guess = look_ahead.guessed(situation.ahead, situation.session, now_s)
        await self._display.show(guess or situation.session, trouble)
