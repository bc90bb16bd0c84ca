"""The poller itself: wait, look, compare, show.

It waits as ``cadence`` says and asks; what comes of that is the business of ``standing``. It knows
nothing of viewers but how many there are.
"""

from collections.abc import Callable
from typing import Final

import structlog

from . import hints, look_ahead
from .alarm import Alarm
from .backfill import Backfill
from .cadence import Look, Why, next_look
from .clock import Clock
from .display import Display, Remembers
from .errors import TonearmError
from .foresight import foreseen
from .incognito import Incognito
from .options import Pace, Rules
from .playback import Snapshot
from .presence import Presence
from .standing import Standing
from .surroundings import Asks, Governs

log = structlog.get_logger()

SLICE_S: Final = 30.0
"""No wait is longer: a suspended machine, a stop and the watchdog are all noticed in time."""


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
        self._clock = clock
        self._pace = pace
        self._display = Display(plays=plays, clock=clock, emit=emit, rules=rules, epoch=epoch)
        presence = Presence(
            spotify=spotify,
            ledger=ledger,
            clock=clock,
            audience=audience,
            has_readers=has_readers,
            pace=pace,
        )
        self._standing = Standing(
            display=self._display, presence=presence, clock=clock, chance=chance
        )
        self._backfill = Backfill(spotify)
        self._asks = 0
        self._logouts = 0
        self._was_hidden = False
        self._alarm = Alarm(clock)
        self._turned_s = clock.monotonic()

    @property
    def snapshot(self) -> Snapshot:
        """What is shown now."""
        return self._display.snapshot

    @property
    def next_look(self) -> Look:
        """The look to come, and why; an instant in the past means now."""
        return next_look(self._standing.present, self._pace, self._clock.monotonic())

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
        heard = hints.after_hint(self._standing.situation.hints, self._clock.monotonic())
        self._standing.note(hints=heard)
        self._alarm.ring()

    def logged_in(self) -> None:
        """Take note that the owner just gave a grant: what was wrong before may be right now."""
        self._standing.logged_in()
        self._backfill.renew()
        self._ask(Why.LOGGED_IN)

    async def logged_out(self) -> None:
        """Forget what was played and show that a login is needed, whatever is under way."""
        self._logouts += 1
        self._backfill.call_off()
        self._standing.logged_out()
        await self._standing.show()

    @property
    def last_error(self) -> TonearmError | None:
        """Why the last look failed, None when it did not."""
        return self._standing.setbacks.last_error

    @property
    def incognito(self) -> Incognito | None:
        """The time in which nothing may be shown, while it lasts."""
        return self._display.incognito

    async def go_incognito(self, duration_s: float | None) -> None:
        """Show what a stop would show, for ``duration_s`` or until :meth:`end_incognito`.

        Raises:
            StateUnwritable: it holds, but not over a restart.
        """
        self._display.hide(duration_s)
        self._alarm.ring()  # the wait under way knows nothing of its end
        await self._standing.show()
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
        self._standing.note(endings=self._ledger.endings)
        await self._display.restore()
        await self._standing.show()

    async def run(self) -> None:
        """Look and wait for ever; only cancellation ends it."""
        while True:
            match await self._wait():
                case Why.LOOK_AHEAD:
                    await self._look_ahead()
                case why:
                    await self._look(why)

    # Waiting.

    def _ask(self, why: Why) -> None:
        self._asks += 1
        if self._standing.situation.asked is not Why.LOGGED_IN:
            self._standing.note(asked=why)
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
            await self._standing.show()
            turns = (
                self._display.turns_s,
                look_ahead.turns_s(self._standing.situation.ahead, now_s),
            )
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
                self._standing.failed(error)
        else:
            if logouts == self._logouts:
                self._standing.succeeded(seen, asked_s)
        now_s, situation = self._clock.monotonic(), self._standing.situation
        self._standing.note(
            looked_s=now_s,
            called_s=now_s,
            asked=None if self._asks == asks else situation.asked,
            arrival_look_s=now_s if why is Why.VIEWER_ARRIVED else situation.arrival_look_s,
            read_look_s=now_s if why is Why.READ else situation.read_look_s,
        )
        await self._standing.show()
        await self._ledger.keep_endings(self._standing.situation.endings)
        if self._standing.setbacks.failures == 0:
            await self._recall()

    async def _look_ahead(self) -> None:
        """Ask the queue what follows, to show it at the end of the item."""
        ahead = await foreseen(self._spotify, self._standing.present, self._pace)
        self._standing.note(ahead=ahead, called_s=self._clock.monotonic())

    async def _recall(self) -> None:
        """Ask for the last finished play, when nothing was ever shown."""
        if self._display.wants_backfill and self._backfill.is_open:
            for play in await self._backfill.plays():
                self._display.remember(play)
            await self._standing.show()
