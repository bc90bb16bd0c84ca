"""When other programs look, by their rules, and what their viewers see of a day.

Re-implemented from their sources as read in 2026, only the pace: no quota slows any of them down
here, and each publishes every answer as it comes. Like them all it takes an answer's progress for
true at its arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from .day import DAY_S, NOTHING
from .model import TRAVEL_S, Answer, Model
from .score import Replayed, Showing

ARRIVAL_GAP_S: Final = 60.0
END_MARGIN_S: Final = 0.9
END_RETRY_S: Final = 1.0
SETTLING_S: Final = 15.0
SETTLING_WAIT_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a peer knows when an answer has arrived; instants are seconds of the day.

    ``silent_looks`` counts the answers in a row, this one included, that told of no music.
    """

    answer: Answer
    at_s: float
    viewers: int
    changed_s: float
    played_s: float = -DAY_S
    silent_looks: int = 0

    @property
    def is_playing(self) -> bool:
        return self.answer.face.playing


Rule = Callable[[Seen], float]
"""How long to wait from an answer to the next question, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program by its rule; one that ``wakes`` also asks when somebody comes to watch."""

    name: str
    wait_s: Rule
    wakes: bool = False


def _every(wait_s: float) -> Rule:
    return lambda _: wait_s


def _home_assistant(seen: Seen) -> float:
    return min(30.0, seen.answer.left_s + 1) if seen.is_playing else 30.0


def _multi_scrobbler(seen: Seen) -> float:
    if seen.is_playing:
        return min(10.0, max(1.0, seen.answer.left_s - 2))
    return 10.0 if seen.at_s - seen.played_s < 120 else 30.0


def _songify(seen: Seen) -> float:
    if seen.silent_looks <= 10:
        return 2.0
    return 20.0 if seen.silent_looks <= 20 else 60.0


def _plain(*, watched_s: float, unwatched_s: float, paused_s: float, idle_s: float) -> Rule:
    """Return what one writes first: four paces, the end of the item, some care after a change."""

    def wait_s(seen: Seen) -> float:
        if not seen.is_playing:
            return idle_s if seen.answer.face.uri is None else paused_s
        if seen.answer.left_s <= 0:
            return END_RETRY_S
        pace_s = watched_s if seen.viewers else unwatched_s
        if seen.viewers and seen.at_s - seen.changed_s < SETTLING_S:
            pace_s = SETTLING_WAIT_S
        return min(pace_s, seen.answer.left_s + END_MARGIN_S)

    return wait_s


PEERS: Final = (
    Peer(name="fixed 5 s", wait_s=_every(5)),
    Peer(name="fixed 20 s", wait_s=_every(20)),
    Peer(name="30 s, or end + 1 s (Home Assistant)", wait_s=_home_assistant),
    Peer(name="10 s, sooner near the end (multi-scrobbler)", wait_s=_multi_scrobbler),
    Peer(name="2 s, idle 20 s then 60 s (Songify)", wait_s=_songify),
    Peer(name="fixed 1 s (tuna)", wait_s=_every(1)),
    Peer(
        name="plain 5 / 30 / 10 / 60 s + end",
        wait_s=_plain(watched_s=5, unwatched_s=30, paused_s=10, idle_s=60),
        wakes=True,
    ),
    Peer(
        name="plain 20 / 120 / 30 / 180 s + end",
        wait_s=_plain(watched_s=20, unwatched_s=120, paused_s=30, idle_s=180),
        wakes=True,
    ),
)


@dataclass(slots=True)
class _Wake:
    """When a peer asks next, seeing that viewers come and go while it waits."""

    peer: Peer
    model: Model
    woken_s: float = field(default=-DAY_S)

    def next_s(self, seen: Seen) -> float:
        due_s = seen.at_s + self.peer.wait_s(seen)
        if not self.peer.wakes:
            return due_s
        for audience in self.model.day.audiences_after(seen.at_s):
            if audience.at_s >= due_s:
                break
            has_come = audience.viewers > 0 and seen.viewers == 0
            if has_come and audience.at_s - self.woken_s >= ARRIVAL_GAP_S:
                self.woken_s = audience.at_s
                return audience.at_s
            seen = replace(seen, viewers=audience.viewers)
            due_s = max(audience.at_s, seen.at_s + self.peer.wait_s(seen))
        return due_s


def replay_peer(peer: Peer, model: Model) -> Replayed:
    """Return what a peer's viewers see of the day, and for how many calls."""
    showing = Showing()
    wake = _Wake(peer, model)
    seen = Seen(answer=Answer(NOTHING, 0, 0), at_s=0, viewers=0, changed_s=0)
    calls, asked_s = 0, 0.0
    while asked_s < DAY_S:
        calls += 1
        answer, at_s = model.look(asked_s), asked_s + TRAVEL_S
        showing.show(answer.face, at_s)
        seen = Seen(
            answer=answer,
            at_s=at_s,
            viewers=model.day.viewers_at(at_s),
            changed_s=seen.changed_s if answer.face == seen.answer.face else at_s,
            played_s=at_s if answer.face.playing else seen.played_s,
            silent_looks=0 if answer.face.playing else seen.silent_looks + 1,
        )
        asked_s = wake.next_s(seen)
    return Replayed(calls=calls, showing=showing)
