"""The newest snapshot in every encoding, made once and kept while its positions are right."""

from enum import IntEnum
from typing import Final, NamedTuple

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Snapshot

from . import frames

_GOOD_S: Final = 0.2  # a position may be wrong by this much; a storm of joins then costs nothing


class Encoding(IntEnum):
    """How a viewer wants its frames; an index into :attr:`Edition.frames`."""

    WEBSOCKET = 0
    SSE = 1


class Edition(NamedTuple):
    """One snapshot as it goes out. ``number`` grows with each change, and is never 0."""

    number: int
    payload: bytes
    frames: tuple[bytes, bytes]


class Press:
    """Turns the newest snapshot into editions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._number = 0
        self._edition: Edition | None = None
        self._encoded_s = 0.0

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot; None until there is a first."""
        return self._snapshot

    def replace(self, snapshot: Snapshot) -> bool:
        """Make ``snapshot`` the newest and return whether viewers must hear of it.

        The same ``epoch`` and ``seq`` again is no change by contract: only joiners get it.
        """
        old = self._snapshot
        self._snapshot = snapshot
        self._edition = None
        if old is not None and (old.epoch, old.seq) == (snapshot.epoch, snapshot.seq):
            return False
        self._number += 1
        return True

    def newest(self) -> Edition | None:
        """Return the newest snapshot's edition, its ``now`` at most a fifth of a second old."""
        snapshot = self._snapshot
        if snapshot is None:
            return None
        now_s = self._clock.monotonic()
        if self._edition is None or now_s - self._encoded_s >= _GOOD_S:
            payload = frames.encode(snapshot, now=self._clock.now(), monotonic_s=now_s)
            websocket = frames.text_frame(payload)
            sse = frames.sse_state(payload, snapshot.epoch, snapshot.seq)
            self._edition = Edition(self._number, payload, (websocket, sse))
            self._encoded_s = now_s
        return self._edition

    def beat(self) -> tuple[bytes, bytes]:
        """Return a beat of this moment, for each :class:`Encoding`."""
        payload = frames.beat(self._clock.now())
        return frames.text_frame(payload), frames.sse_beat(payload)
