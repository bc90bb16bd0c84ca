"""The stage between the poller and the hub: it gives each snapshot the colours of its cover.

It never holds a change back. What is not known yet is published without colours, and once more,
as a new ``seq``, when they are there. It sees nothing but what is published, so a hidden item
costs no fetch; and it remembers, so an album played again is tinted from its first frame.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import structlog
from msgspec.structs import replace

from tonearm.poller.clock import Clock
from tonearm.poller.errors import SpotifyError
from tonearm.poller.playback import Item, Snapshot

from .covers import Cover, to_fetch
from .picture import NotACover

REMEMBERS: Final = 64
RETRY_S: Final = 600.0
"""How long a cover that could not be fetched is left alone."""

log = structlog.get_logger()


class _Answer(NamedTuple):
    """What is known of a cover; at ``stale_s`` it is worth asking again."""

    cover: Cover | None
    stale_s: float = math.inf


class Tint:
    """Takes what the poller emits, and publishes it with the palette of its cover.

    ``publish`` takes what is to be shown; ``read`` returns what is made of the cover at an address,
    or raises :exc:`SpotifyError` or :exc:`NotACover`. One is read at a time.
    """

    def __init__(
        self,
        *,
        publish: Callable[[Snapshot], None],
        read: Callable[[str], Awaitable[Cover]],
        clock: Clock,
    ) -> None:
        self._publish = publish
        self._read = read
        self._clock = clock
        self._answers: OrderedDict[str, _Answer] = OrderedDict()  # the longest unused one first
        self._newest: Snapshot | None = None
        self._late = 0
        self._wanted = asyncio.Event()

    def emit(self, snapshot: Snapshot) -> None:
        """Publish ``snapshot`` at once, tinted if its cover is known."""
        self._newest = snapshot
        self._publish_newest()
        if self._unknown() is not None:
            self._wanted.set()

    def thumbnail(self, item: Item) -> bytes | None:
        """Return the cover of ``item`` as a JPEG of 192 pixels, None while it is not read."""
        cover = self._cover(item)
        return cover.thumbnail if cover else None

    def picture(self, item: Item) -> bytes | None:
        """Return the cover of ``item`` as a JPEG of 300 pixels, None while it is not read."""
        cover = self._cover(item)
        return cover.picture if cover else None

    async def run(self) -> None:
        """Read the covers that are wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            url = self._unknown()
            if url is not None:
                await self._learn(url)

    async def _learn(self, url: str) -> None:
        answer = await self._ask(url)
        self._answers[url] = answer
        self._answers.move_to_end(url)
        if len(self._answers) > REMEMBERS:
            self._answers.popitem(last=False)
        if answer.cover is not None and self._shown() == url:
            # The poller counts what it knows of; each palette that came later is one change more.
            self._late += 1
            self._publish_newest()

    async def _ask(self, url: str) -> _Answer:
        try:
            return _Answer(await self._read(url))
        except NotACover as error:
            log.info("cover_not_read", reason=str(error))
            return _Answer(None)
        except SpotifyError as error:
            log.info("cover_not_fetched", error=type(error).__name__)
            return _Answer(None, self._clock.monotonic() + RETRY_S)

    def _publish_newest(self) -> None:
        snapshot = self._newest
        if snapshot is not None:
            seq, item = snapshot.seq + self._late, self._tinted(snapshot.item)
            self._publish(replace(snapshot, seq=seq, item=item))

    def _cover(self, item: Item) -> Cover | None:
        url = to_fetch(item.art)
        answer = self._answers.get(url) if url else None
        return answer.cover if answer else None

    def _tinted(self, item: Item | None) -> Item | None:
        url = to_fetch(item.art) if item else None
        answer = self._answers.get(url) if url else None
        if item is None or url is None or answer is None:
            return item
        self._answers.move_to_end(url)
        return replace(item, palette=answer.cover.palette if answer.cover else None)

    def _shown(self) -> str | None:
        """Return the address of the cover that is shown now."""
        item = self._newest.item if self._newest else None
        return to_fetch(item.art) if item else None

    def _unknown(self) -> str | None:
        """Return the address of the cover that is shown now, if asking for it could tell more."""
        url = self._shown()
        answer = self._answers.get(url) if url else None
        return url if answer is None or answer.stale_s <= self._clock.monotonic() else None
