"""Opens a store, lets every write of this process fail for a while, and prints what happened.

A program of its own: the limit would hit the test's own output as well. RLIMIT_FSIZE fails each
write that would end beyond it; Python ignores the signal that comes with it.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fake_clock import FakeClock
from token_answers import consent

from tonearm.poller.errors import StateError
from tonearm.poller.secret import Secret
from tonearm.poller.store import open_state
from tonearm.poller.stored_grant import granted


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no write succeed within the block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def outcome(write: Awaitable[object]) -> str:
    """Return the name of the error that came, or 'written'."""
    try:
        await write
    except StateError as error:
        return type(error).__name__
    return "written"


async def main(path: Path) -> dict[str, object]:
    """Write before, during and after."""
    clock = FakeClock()
    grant = granted(consent(clock), None, generation=1)
    following = replace(grant, generation=2, refresh_token=Secret("next"))
    async with open_state(path, clock=clock) as store:
        await store.save_consent(grant)
        with full_disk():
            while_full = [
                await outcome(store.note_intent(1)),
                await outcome(store.save_refresh(following, over=1)),
                await outcome(store.save_consent(grant)),
                await outcome(store.mark_dead(1)),
            ]
            read = await store.read()
        await store.save_refresh(following, over=1)
    async with open_state(path, clock=clock) as store:
        afterwards = await store.read()
    return {
        "while_full": while_full,
        "read_while_full": read.refresh_token.reveal() if read else None,
        "afterwards": afterwards.refresh_token.reveal() if afterwards else None,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(Path(sys.argv[1])))))
