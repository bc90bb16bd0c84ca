"""What strangers do, told to the log as sums: at most one line a minute for each kind.

Who fills a log with every refusal helps whoever is refused. The first line comes a second after the
first event, so that it already tells whether it was one or a thousand. Addresses are cut to their
/24 or /48.
"""

import asyncio
from collections import Counter
from typing import Final

import structlog

from tonearm.poller.clock import Clock
from tonearm.server.forwarded import IPAddress, vicinity

SOON_S: Final = 1.0
PAUSE_S: Final = 60.0
_MOST_VICINITIES: Final = 3

log = structlog.get_logger()


class Digest:
    """The counts since the last line of each kind."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._vicinities: dict[str, set[str]] = {}
        self._has_news = asyncio.Event()

    def note(self, event: str, address: IPAddress | None = None) -> None:
        """Count one more of a kind; it is logged as ``event``."""
        self._counts[event] += 1
        if address is not None:
            seen = self._vicinities.setdefault(event, set())
            if len(seen) < _MOST_VICINITIES:
                seen.add(vicinity(address))
        self._has_news.set()

    async def run(self) -> None:
        """Log what was counted, until cancelled; while nothing happens, nothing wakes."""
        try:
            while True:
                await self._has_news.wait()
                await self._clock.sleep(SOON_S)
                self._tell()
                await self._clock.sleep(PAUSE_S)
        finally:
            self._tell()

    def _tell(self) -> None:
        for event, count in self._counts.items():
            vicinities = self._vicinities.get(event)
            some = {"some_from": sorted(vicinities)} if vicinities else {}
            log.info(event, count=count, **some)
        self._counts.clear()
        self._vicinities.clear()
        self._has_news.clear()
