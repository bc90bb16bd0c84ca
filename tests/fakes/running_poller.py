"""The real poller at work on a fake clock, and everything it said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore
from fake_spotify import FakePlays, FakeSpotify

from tonearm.poller.ledger import Ledger
from tonearm.poller.loop import Poller
from tonearm.poller.options import Pace, Rules
from tonearm.poller.playback import Snapshot
from tonearm.poller.surroundings import Asks


class Service:
    """A poller with its surroundings."""

    def __init__(
        self,
        *,
        clock: FakeClock | None = None,
        spotify: Asks | None = None,
        ledger: Ledger | None = None,
        plays: FakePlays | None = None,
        pace: Pace | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.fake = FakeSpotify(self.clock)
        self.plays = plays or FakePlays()
        self.ledger = ledger or Ledger(store=FakeLedgerStore(), clock=self.clock, setting=1_000_000)
        self.viewers = 0
        self.has_readers = False
        self.emitted: list[Snapshot] = []
        self.poller = Poller(
            spotify=spotify or self.fake,
            ledger=self.ledger,
            plays=self.plays,
            clock=self.clock,
            emit=self.emitted.append,
            audience=lambda: self.viewers,
            has_readers=lambda: self.has_readers,
            pace=pace or Pace(),
            rules=rules or Rules(),
            epoch="test",
            chance=lambda: 0.5,
        )

    @property
    def news(self) -> list[Snapshot]:
        """What viewers were told: the first emission of each ``seq``."""
        first: dict[int, Snapshot] = {}
        for snapshot in self.emitted:
            first.setdefault(snapshot.seq, snapshot)
        return list(first.values())

    def arrive(self) -> None:
        """Let a viewer come."""
        self.viewers += 1
        if self.viewers == 1:
            self.poller.viewer_arrived()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Poller]:
        """Restore and run the poller as the service does, and stop it as the service does."""
        await self.poller.restore()
        task = asyncio.create_task(self.poller.run(), name="poller")
        await self.clock.settle()
        try:
            yield self.poller
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()
