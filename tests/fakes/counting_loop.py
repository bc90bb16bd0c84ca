"""Counts calls without pause until it is killed, and tells of each one that was let through.

A program of its own, for only a process can be killed::

    counting_loop.py STATE_DIRECTORY

It writes the line ``opening`` when it begins to open the ledger, a line with the calls that the
ledger remembers once it is open, and then a dot for every call, after it was counted.
"""

import asyncio
import os
import sys
from pathlib import Path

import structlog

from tonearm.poller.calls import Endpoint
from tonearm.poller.clock import SystemClock
from tonearm.poller.ledger import Ledger
from tonearm.poller.ledger_store import open_ledger_store
from tonearm.poller.state_directory import StateDirectory


def tell(what: bytes) -> None:
    """Write past every buffer, so that a kill takes back nothing that was told."""
    os.write(sys.stdout.fileno(), what)


async def count_without_pause(state: Path) -> None:
    """Open the ledger as the service does, and count."""
    clock = SystemClock()
    tell(b"opening\n")
    with StateDirectory(state) as directory:
        async with open_ledger_store(directory, clock=clock) as store:
            ledger = Ledger(store=store, clock=clock, setting=1_000)
            await ledger.load()
            tell(b"%d\n" % ledger.usage.last_24h)
            while True:
                await ledger.count(Endpoint.PLAYER)
                tell(b".")


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(count_without_pause(Path(sys.argv[1])))
