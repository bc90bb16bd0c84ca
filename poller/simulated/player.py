"""A listener's player: what plays at any instant, given what the listener did and when.

Pure: every command and question brings its own ``now_s``, and what follows by itself (the next
item, the end of an advert) is worked out when somebody asks. The past stays known for a while, so
that a lagging API can answer with it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from operator import attrgetter
from typing import Any, Final

from tonearm.poller.playback import Repeat, Status

from .music import Item

MOMENTS_KEPT: Final = 256
PLAYS_KEPT: Final = 50
RESTART_AFTER_MS: Final = 3000  # "previous" later than this restarts the item instead
INTERLUDES: Final = (Status.AD, Status.UNKNOWN)
WITH_ITEM: Final = (Status.PLAYING, Status.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The player from ``since_s`` until something happens; only the progress moves.

    ``position_ms`` and ``heard_s`` (how long this play has sounded) are those at ``since_s``.
    An interlude (advert, unknown) keeps the interrupted item and goes back to ``then`` at
    ``until_s``; None means at the next command.
    """

    since_s: float
    status: Status
    queue: tuple[Item, ...] = ()
    index: int = 0
    position_ms: float = 0.0
    heard_s: float = 0.0
    repeat: Repeat = Repeat.OFF
    is_private: bool = False
    until_s: float | None = None
    then: Status = Status.STOPPED

    @property
    def item(self) -> Item | None:
        """What plays or is paused; None in an interlude and when stopped."""
        return self.queue[self.index] if self.status in WITH_ITEM else None

    def elapsed_s(self, now_s: float) -> float:
        """Return how long it has sounded since ``since_s``."""
        return now_s - self.since_s if self.status is Status.PLAYING else 0.0

    def progress_ms(self, now_s: float) -> int:
        """Return the progress at ``now_s`` as Spotify reports it, clamped to the item."""
        duration_ms = self.queue[self.index].duration_ms if self.queue else 0
        return max(0, min(duration_ms, round(self.position_ms + self.elapsed_s(now_s) * 1000)))

    def upcoming(self, limit: int) -> tuple[Item, ...]:
        """Return the next items in playing order, at most ``limit``."""
        if self.status is Status.STOPPED or not self.queue:
            return ()
        if self.repeat is Repeat.TRACK:
            return (self.queue[self.index],) * limit
        rest = self.queue[self.index + 1 :]
        while self.repeat is Repeat.CONTEXT and len(rest) < limit:
            rest += self.queue
        return rest[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A finished play, as far as it was heard."""

    item: Item
    ended_s: float
    heard_s: float
    is_private: bool


class Player:
    """A queue and what was done to it. ``crossfade_s`` ends each item that much early."""

    def __init__(self, *, crossfade_s: float = 0.0) -> None:
        self._crossfade_s = crossfade_s
        self._moments = [Moment(since_s=-inf, status=Status.STOPPED)]
        self._plays: list[Play] = []

    def at(self, now_s: float) -> Moment:
        """Return the moment that holds at ``now_s``, which may lie in the past."""
        while (ends_s := self._ends_s(self._moments[-1])) <= now_s:
            self._go_on(self._moments[-1], ends_s)
        return self._moments[self._count_until(now_s) - 1]

    def plays(self, now_s: float) -> tuple[Play, ...]:
        """Return the plays that had ended at ``now_s``, oldest first."""
        self.at(now_s)
        return tuple(play for play in self._plays if play.ended_s <= now_s)

    def play(
        self,
        items: Sequence[Item],
        now_s: float,
        *,
        index: int = 0,
        position_ms: float = 0.0,
    ) -> None:
        """Replace the queue and play it from ``index``."""
        self._leave(now_s, queue=tuple(items), index=index, position_ms=position_ms)

    def jump(self, index: int, now_s: float) -> None:
        """Play another item of the queue."""
        self._leave(now_s, index=index)

    def skip(self, now_s: float) -> None:
        """Play the next item; after the last one, begin again (repeat) or stop."""
        moment = self.at(now_s)
        if moment.index + 1 < len(moment.queue):
            self._leave(now_s, index=moment.index + 1)
        elif moment.repeat is Repeat.OFF:
            self.stop(now_s)
        else:
            self._leave(now_s, index=0)

    def previous(self, now_s: float) -> None:
        """Play the previous item, or this one from its start when it is some seconds in."""
        moment = self.at(now_s)
        if moment.progress_ms(now_s) > RESTART_AFTER_MS:
            self.seek(0, now_s)
        else:
            self._leave(now_s, index=max(0, moment.index - 1))

    def pause(self, now_s: float) -> None:
        if self.at(now_s).status is not Status.STOPPED:
            self._change(now_s, status=Status.PAUSED, until_s=None)

    def resume(self, now_s: float) -> None:
        self._change(now_s, status=Status.PLAYING, until_s=None)

    def seek(self, position_ms: float, now_s: float) -> None:
        self._change(now_s, position_ms=position_ms)

    def stop(self, now_s: float) -> None:
        """End the session: Spotify then answers 204. ``resume`` begins the queue again."""
        self._leave(now_s, status=Status.STOPPED, index=0)

    def set_private(self, is_private: bool, now_s: float) -> None:
        self._change(now_s, is_private=is_private)

    def set_repeat(self, repeat: Repeat, now_s: float) -> None:
        self._change(now_s, repeat=repeat)

    def start_ad(self, duration_s: float, now_s: float) -> None:
        """Interrupt with an advert, then go on where it was."""
        self._interrupt(Status.AD, now_s + duration_s, now_s)

    def set_unknown(self, now_s: float, *, duration_s: float | None = None) -> None:
        """Report "unknown" with no item, as during a device handover."""
        self._interrupt(Status.UNKNOWN, None if duration_s is None else now_s + duration_s, now_s)

    def _interrupt(self, status: Status, until_s: float | None, now_s: float) -> None:
        moment = self.at(now_s)
        then = moment.then if moment.status in INTERLUDES else moment.status
        self._change(now_s, status=status, until_s=until_s, then=then)

    def _leave(self, now_s: float, **changes: Any) -> None:
        """End the play of the current item and go to what ``changes`` say, playing it."""
        self._record(self.at(now_s), now_s)
        fresh = {"status": Status.PLAYING, "position_ms": 0.0, "heard_s": 0.0, "until_s": None}
        self._change(now_s, **{**fresh, **changes})

    def _change(self, now_s: float, **changes: Any) -> None:
        moment = self.at(now_s)
        # Somebody may have asked for a later instant already: that future does not come.
        del self._moments[self._count_until(now_s) :]
        self._plays = [play for play in self._plays if play.ended_s <= now_s]
        here: dict[str, Any] = {
            "since_s": now_s,
            "position_ms": moment.position_ms + moment.elapsed_s(now_s) * 1000,
            "heard_s": moment.heard_s + moment.elapsed_s(now_s),
        }
        self._append(replace(moment, **{**here, **changes}))

    def _go_on(self, moment: Moment, now_s: float) -> None:
        """Append what follows ``moment`` by itself when it ends at ``now_s``."""
        if moment.status in INTERLUDES:
            self._append(replace(moment, since_s=now_s, status=moment.then, until_s=None))
            return
        self._record(moment, now_s)
        following = replace(moment, since_s=now_s, position_ms=0.0, heard_s=0.0)
        if moment.repeat is not Repeat.TRACK:
            index = (moment.index + 1) % len(moment.queue)
            is_over = index == 0 and moment.repeat is Repeat.OFF
            status = Status.STOPPED if is_over else Status.PLAYING
            following = replace(following, index=index, status=status)
        self._append(following)

    def _record(self, moment: Moment, now_s: float) -> None:
        if moment.queue and moment.status is not Status.STOPPED:
            play = Play(
                item=moment.queue[moment.index],
                ended_s=now_s,
                heard_s=moment.heard_s + moment.elapsed_s(now_s),
                is_private=moment.is_private,
            )
            self._plays = [*self._plays[-PLAYS_KEPT + 1 :], play]

    def _append(self, moment: Moment) -> None:
        if not moment.queue and moment.status is Status.PLAYING:
            moment = replace(moment, status=Status.STOPPED)
        self._moments = [*self._moments[-MOMENTS_KEPT + 1 :], moment]

    def _count_until(self, now_s: float) -> int:
        """Return how many moments began at ``now_s`` or before, at least one."""
        return max(1, bisect_right(self._moments, now_s, key=attrgetter("since_s")))

    def _ends_s(self, moment: Moment) -> float:
        if moment.status is Status.PLAYING:
            left_ms = moment.queue[moment.index].duration_ms - moment.position_ms
            return moment.since_s + max(0.0, left_ms / 1000 - self._crossfade_s)
        return inf if moment.until_s is None else moment.until_s
