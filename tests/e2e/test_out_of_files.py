"""Out of file descriptors: the port stays open, the log stays short, and all is well afterwards."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
from installed import Home, service
from yarl import URL

FILES = 64
CALLERS = 150
ATTACK_S = 5.0


@asynccontextmanager
async def silent_caller(url: str) -> AsyncIterator[None]:
    """Connect and say nothing."""
    address = URL(url)
    _, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_service_out_of_files_serves_again_when_they_are_free(home: Home) -> None:
    """It neither ends nor spins, and a line a minute is not a flood."""
    async with service(home) as running, aiohttp.ClientSession() as session:
        resource.prlimit(running.program.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        async with AsyncExitStack() as attack:
            for _ in range(CALLERS):
                await attack.enter_async_context(silent_caller(running.url))
            await asyncio.sleep(ATTACK_S)  # noqa: TID251  (how long it lasts is the attacker's)
        async with asyncio.timeout(20), session.get(f"{running.url}/v1/current") as answer:
            status = answer.status
        code = await running.stop()

    lines = [json.loads(line) for line in running.program.errors.splitlines()]
    paused = [line for line in lines if line["event"] == "accepting_paused"]
    assert (status, code) == (200, 0)
    assert 1 <= len(paused) <= 2
    assert not [line for line in lines if line["logger"] == "asyncio"]
