"""The ledger's database on a real disk."""

from pathlib import Path

from fake_clock import FakeClock

from tonearm.poller.calls import Endpoint
from tonearm.poller.ledger import Ledger
from tonearm.poller.ledger_store import Block, KeptRefusal, Learned, open_ledger_store
from tonearm.poller.quota import Instant
from tonearm.poller.state_directory import StateDirectory

NOW = Instant(at_s=100.5, at=1_795_000_000_000, boot_id="boot-1")
CLOSED = Block(size=8, ended=NOW, made={Endpoint.PLAYER: 5, Endpoint.QUEUE: 3})
OPEN = Block(size=8)


async def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    """Blocks by number, and what was learned."""
    learned = Learned(daily=(KeptRefusal(calls=600, at=NOW),), endings_s=(6.0, 6.1))
    with StateDirectory(tmp_path / "state") as directory:
        async with open_ledger_store(directory, clock=FakeClock()) as store:
            await store.put({1: OPEN})
            await store.put({1: CLOSED, 2: OPEN})
            await store.keep_learned(learned)

        async with open_ledger_store(directory, clock=FakeClock()) as store:
            assert await store.blocks() == {1: CLOSED, 2: OPEN}
            assert await store.learned() == learned


async def test_dropped_blocks_are_gone(tmp_path: Path) -> None:
    """The file does not grow."""
    with StateDirectory(tmp_path / "state") as directory:
        async with open_ledger_store(directory, clock=FakeClock()) as store:
            await store.put({1: CLOSED, 2: CLOSED, 3: OPEN})

            await store.drop_before(3)

            assert list(await store.blocks()) == [3]


async def test_a_file_that_is_none_is_set_aside_and_counting_goes_on(tmp_path: Path) -> None:
    """A ledger that was lost may cost a lock-out, not the service."""
    clock = FakeClock()
    with StateDirectory(tmp_path / "state") as directory:
        directory.claim("ledger.db").write_bytes(b"no database" * 100)

        async with open_ledger_store(directory, clock=clock) as store:
            ledger = Ledger(store=store, clock=clock, setting=100)
            await ledger.load()
            await ledger.count(Endpoint.PLAYER)

            assert ledger.usage.last_24h == 1
