"""kill -9 at random instants of a tight loop of calls: the ledger forgets none of them."""

import asyncio
import random
import signal
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tonearm.poller.clock import SystemClock
from tonearm.poller.ledger import BLOCK_CALLS, Ledger
from tonearm.poller.ledger_store import open_ledger_store
from tonearm.poller.state_directory import StateDirectory

KILLS = 15
KILLS_SOAK = 200
COUNTING_LOOP = Path(__file__).parents[1] / "fakes" / "counting_loop.py"
SHARE_KILLED_AT_THE_START = 0.25
CALLS_OF_A_LIFE = 5 * BLOCK_CALLS  # at least so many in the longest one


@dataclass(frozen=True, kw_only=True)
class Life:
    """What a process told: the calls its ledger remembered, and those it made."""

    remembered: int
    made: int


async def killed(state: Path, chance: random.Random) -> Life | None:
    """Count calls until a kill at some instant; None if that came before the ledger was open."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(COUNTING_LOOP), str(state), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    told = await process.stdout.readline()
    if chance.random() >= SHARE_KILLED_AT_THE_START:
        told += await process.stdout.readline()
        told += await process.stdout.readexactly(chance.randint(0, CALLS_OF_A_LIFE))
    process.kill()
    told += await process.stdout.read()  # it ran on until the signal reached it
    assert await process.wait() == -signal.SIGKILL
    _, remembered, *made = told.split(b"\n")
    return Life(remembered=int(remembered), made=len(made[0])) if made else None


async def remembered(state: Path) -> int:
    """Return how many calls of the last 24 hours a new process counts."""
    clock = SystemClock()
    with StateDirectory(state) as directory:
        async with open_ledger_store(directory, clock=clock) as store:
            ledger = Ledger(store=store, clock=clock, setting=1_000)
            await ledger.load()
            return ledger.usage.last_24h


async def test_the_ledger_forgets_no_call_when_the_process_is_killed(
    tmp_path: Path, *, is_soak: bool
) -> None:
    """Each kill costs at most the calls of one block that were reserved and never made."""
    kills = KILLS_SOAK if is_soak else KILLS
    chance = random.Random(kills)
    state = tmp_path / "state"

    lives = [life for _ in range(kills) if (life := await killed(state, chance))]
    lives.append(Life(remembered=await remembered(state), made=0))

    assert lives[0].remembered == 0
    assert sum(life.made for life in lives) > kills
    for life, following in pairwise(lives):
        counted = following.remembered - life.remembered
        assert life.made <= counted <= life.made + BLOCK_CALLS
