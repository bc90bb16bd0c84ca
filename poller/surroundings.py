"""What the poller needs around it: somebody to ask, and somebody who makes the calls last."""

from typing import Protocol

from .endings import Endings
from .governor import Stretch, Watched
from .ledger import Usage
from .parse import Queue
from .playback import Observation, Play
from .quota import Cooldown


class Asks(Protocol):
    """What the poller asks of Spotify."""

    @property
    def cooldown(self) -> Cooldown | None: ...
    async def look(self) -> Observation: ...
    async def queue(self) -> Queue: ...
    async def recently_played(self) -> tuple[Play, ...]: ...


class Governs(Protocol):
    """What makes the calls last; :class:`~tonearm.poller.ledger.Ledger` in life."""

    @property
    def rations_until_s(self) -> float | None: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def endings(self) -> Endings: ...
    def stretch(self, *, watched: Watched, wait_s: float) -> Stretch: ...
    async def keep_endings(self, endings: Endings) -> None: ...
