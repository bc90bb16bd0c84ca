"""Lives with a state directory and prints every time one of its files is opened.

A program of its own: an audit hook cannot be taken out again. SQLite opens its files unseen, so
what is printed is Python's own: ``open`` for a file, ``connect`` for a connection, ``close`` when
the connection was closed. Closing any other descriptor of a database in between would drop the
locks that SQLite holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from fake_clock import FakeClock
from token_answers import consent

from tonearm.poller.calls import Endpoint
from tonearm.poller.incognito import begun
from tonearm.poller.ledger import Ledger
from tonearm.poller.ledger_store import open_ledger_store
from tonearm.poller.plays import open_plays
from tonearm.poller.store import open_state
from tonearm.poller.stored_grant import granted


async def live(path: Path, seen: list[tuple[str, str]]) -> None:
    """Use every file in the directory, twice."""
    clock = FakeClock()
    for _ in range(2):
        async with (
            open_state(path, clock=clock) as store,
            open_plays(store.directory, clock=clock) as plays,
            open_ledger_store(store.directory, clock=clock) as kept,
        ):
            await store.save_consent(granted(consent(clock), None, generation=1))
            await store.read()
            await plays.keep_incognito(begun(60, now_s=1, now_at=1, boot_id="b"))
            await plays.clear()
            ledger = Ledger(store=kept, clock=clock, setting=100)
            await ledger.load()
            await ledger.count(Endpoint.PLAYER)
            await ledger.close()
        seen.append(("close", ""))


def main() -> None:
    """Live, and print what was opened."""
    seen: list[tuple[str, str]] = []
    directory = Path(sys.argv[1])

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"open", "sqlite3.connect"} and str(directory) in str(arguments[0]):
            seen.append((event.rpartition(".")[2], Path(str(arguments[0])).name))

    sys.addaudithook(note)
    asyncio.run(live(directory, seen))
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
