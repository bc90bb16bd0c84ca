"""Counts every call before it is made, so that no ceiling is ever exceeded.

A killed process may forget none: calls are reserved on disk a block at a time and dated by the
end of their block. A new process takes a block that was left open for full, and for made just now.
It applies the rules of ``governor`` and knows nothing of what is asked.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final, Protocol

import msgspec
import structlog

from . import governor
from .calls import DAY_S, SLACK_S, Calls, Endpoint
from .clock import Clock
from .endings import Endings
from .errors import RateLimited, StateUnreadable, StateUnwritable
from .governor import Lessons, Refusal, Stretch, Watched
from .ledger_store import Block, KeptRefusal, Learned
from .quota import Instant, recalled_s
from .transport import Answer, Request, Transport

log = structlog.get_logger()

BLOCK_CALLS: Final = 8
"""An idle day is 312 calls, so it causes some forty commits."""
PRUNE_AFTER: Final = 50
"""So many blocks that no longer count are worth a commit."""
ENDINGS_NEWS_S: Final = 0.25
"""An end learned to lie by less elsewhere is not worth a write."""


class KeepsLedger(Protocol):
    """Where the ledger outlives the process; :class:`~.ledger_store.LedgerStore` in life."""

    async def blocks(self) -> dict[int, Block]: ...
    async def learned(self) -> Learned: ...
    async def put(self, blocks: Mapping[int, Block]) -> None: ...
    async def drop_before(self, number: int) -> None: ...
    async def keep_learned(self, learned: Learned) -> None: ...


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What was used in the last 24 h, and what may be.

    ``learned`` is the ceiling that Spotify's refusals taught, None if there were none; ``ceiling``
    is the one in force, and ``setting`` the owner's.
    """

    last_24h: int
    by_endpoint: Mapping[Endpoint, int]
    ceiling: int
    setting: int
    learned: int | None
    learned_burst: int | None


class Ledger:
    """The calls of 24 hours and what may still be asked. Call :meth:`load` first."""

    def __init__(self, *, store: KeepsLedger, clock: Clock, setting: int) -> None:
        self._store = store
        self._clock = clock
        self._setting = setting
        self._calls = Calls()
        self._lessons = Lessons()
        self._endings = Endings()
        self._past: deque[tuple[int, float]] = deque()  # number and end of the blocks that count
        self._number = 0
        self._left = 0
        self._made: dict[Endpoint, int] | None = None  # in the open block
        self._was_refused = False

    async def load(self) -> None:
        """Take up what an earlier process left."""
        try:
            blocks, learned = await self._store.blocks(), await self._store.learned()
        except StateUnreadable:
            log.warning("ledger_not_read")
            return
        now_s = self._clock.monotonic()
        for number, block in blocks.items():
            ended_s = now_s if block.ended is None else self._instant_s(block.ended)
            made = {Endpoint.UNTOLD: block.size} if block.ended is None else block.made
            for endpoint, count in made.items():
                for _ in range(count):
                    self._calls.add(endpoint, ended_s)
            if block.ended is None:
                self._made = made
            else:
                self._past.append((number, ended_s))
        self._number = max(blocks, default=0)
        self._lessons = Lessons(
            daily=tuple(self._refusal(kept) for kept in learned.daily),
            burst=None if learned.burst is None else self._refusal(learned.burst),
        )
        self._endings = Endings(recent_s=learned.endings_s)

    async def close(self) -> None:
        """Write down how many of the reserved calls were really made."""
        if self._made is not None:
            await self._put({self._number: self._closed(self._made)})

    async def count(self, endpoint: Endpoint) -> None:
        """Count a call that is about to be made."""
        if self._left == 0 or self._made is None:
            self._made = await self._open_block()
        self._left -= 1
        self._made[endpoint] = self._made.get(endpoint, 0) + 1
        self._calls.add(endpoint, self._clock.monotonic())

    async def refused(self, error: RateLimited) -> None:
        """Learn from a 429; one that follows another tells nothing new."""
        if self._was_refused:
            return
        self._was_refused = True
        now_s = self._clock.monotonic()
        self._lessons = governor.taught(self._lessons, error, self._calls, now_s)
        log.warning(
            "ceiling_learned",
            calls_24h=self._calls.count(now_s),
            calls_30s=self._calls.count(now_s, within_s=governor.BURST_S),
            is_quota=error.is_quota,
        )
        await self._keep_learned()

    def answered(self) -> None:
        """Take note that Spotify answers again."""
        self._was_refused = False

    @property
    def rations_until_s(self) -> float | None:
        """When one more call is allowed (monotonic), None for now."""
        now_s = self._clock.monotonic()
        return governor.rations_until_s(self._calls, self._setting, self._lessons, now_s)

    def stretch(self, *, watched: Watched, wait_s: float) -> Stretch:
        """Return by how much waits must be longer; see :func:`.governor.stretch`."""
        return governor.stretch(
            self._calls,
            self._setting,
            self._lessons,
            self._clock.monotonic(),
            watched=watched,
            wait_s=wait_s,
        )

    @property
    def usage(self) -> Usage:
        """What was used in the last 24 h, and what may be."""
        now_s = self._clock.monotonic()
        return Usage(
            last_24h=self._calls.count(now_s),
            by_endpoint=self._calls.by_endpoint(now_s),
            ceiling=governor.ceiling_in_force(self._setting, self._lessons, now_s),
            setting=self._setting,
            learned=governor.learned_ceiling(self._lessons, now_s),
            learned_burst=governor.burst_ceiling(self._lessons, now_s),
        )

    @property
    def endings(self) -> Endings:
        """How this owner's items end, as far as it was learned."""
        return self._endings

    async def keep_endings(self, endings: Endings) -> None:
        """Keep how this owner's items end, if that is news."""
        is_news = abs(endings.early_s - self._endings.early_s) > ENDINGS_NEWS_S
        self._endings = endings
        if is_news:
            await self._keep_learned()

    async def _open_block(self) -> dict[Endpoint, int]:
        blocks = {}
        if self._made is not None:
            blocks[self._number] = self._closed(self._made)
        self._number += 1
        self._left = BLOCK_CALLS
        await self._put(blocks | {self._number: Block(size=BLOCK_CALLS)})
        return {}

    def _closed(self, made: dict[Endpoint, int]) -> Block:
        now = self._instant(self._clock.monotonic())
        self._past.append((self._number, now.at_s))
        return Block(size=BLOCK_CALLS, ended=now, made=made)

    async def _put(self, blocks: Mapping[int, Block]) -> None:
        over_s = self._clock.monotonic() - DAY_S - SLACK_S
        try:
            await self._store.put(blocks)
            if len(self._past) > PRUNE_AFTER and self._past[PRUNE_AFTER][1] < over_s:
                while self._past and self._past[0][1] < over_s:
                    self._past.popleft()
                await self._store.drop_before(self._past[0][0] if self._past else self._number)
        except StateUnwritable:
            log.warning("ledger_not_saved")  # it still counts for as long as this process lives

    async def _keep_learned(self) -> None:
        burst = self._lessons.burst
        learned = Learned(
            daily=tuple(self._kept(refusal) for refusal in self._lessons.daily),
            burst=None if burst is None else self._kept(burst),
            endings_s=self._endings.recent_s,
        )
        try:
            await self._store.keep_learned(learned)
        except StateUnwritable:
            log.warning("lessons_not_saved")

    def _kept(self, refusal: Refusal) -> KeptRefusal:
        return KeptRefusal(calls=refusal.calls, at=self._instant(refusal.at_s))

    def _refusal(self, kept: KeptRefusal) -> Refusal:
        return Refusal(calls=kept.calls, at_s=self._instant_s(kept.at))

    def _instant(self, at_s: float) -> Instant:
        ago_s = self._clock.monotonic() - at_s
        at = round((self._clock.now() - ago_s) * 1000)
        return Instant(at_s=at_s, at=at, boot_id=self._clock.boot_id())

    def _instant_s(self, instant: Instant) -> float:
        now_s, now_at = self._clock.monotonic(), round(self._clock.now() * 1000)
        return recalled_s(instant, now_s=now_s, now_at=now_at, boot_id=self._clock.boot_id())


class CountedTransport:
    """A way to Spotify on which every request is a token call; give it to the tokens alone."""

    def __init__(self, transport: Transport, ledger: Ledger) -> None:
        self._transport = transport
        self._ledger = ledger

    async def send(self, request: Request) -> Answer:
        await self._ledger.count(Endpoint.TOKEN)
        return await self._transport.send(request)
