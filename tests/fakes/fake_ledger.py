"""Where a ledger is kept in tests: in memory, and broken like a disk at will."""

from collections.abc import Mapping

from tonearm.poller.errors import StateUnreadable, StateUnwritable
from tonearm.poller.ledger_store import Block, Learned


class FakeLedgerStore:
    """Keeps what a ledger writes, across as many ledgers as a test makes; counts the commits."""

    def __init__(self) -> None:
        self.kept: dict[int, Block] = {}
        self.kept_learned = Learned()
        self.commits = 0
        self.is_broken = False

    async def blocks(self) -> dict[int, Block]:
        if self.is_broken:
            raise StateUnreadable("The disk does not answer.")
        return dict(self.kept)

    async def learned(self) -> Learned:
        return self.kept_learned

    async def put(self, blocks: Mapping[int, Block]) -> None:
        self._write()
        self.kept |= blocks

    async def drop_before(self, number: int) -> None:
        self._write()
        self.kept = {each: block for each, block in self.kept.items() if each >= number}

    async def keep_learned(self, learned: Learned) -> None:
        self._write()
        self.kept_learned = learned

    def _write(self) -> None:
        if self.is_broken:
            raise StateUnwritable("The disk is full.")
        self.commits += 1
