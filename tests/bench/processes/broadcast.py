"""A peer: ``websockets`` as its documentation says one broadcasts.

    python -m processes.broadcast [deflate] [pings]

A listening process. It prints its port; each line it is given is broadcast, and then the instant
before that is printed. Compression and pings are off unless named; then they are as the library
has them of its own accord.
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

from tonearm.poller.clock import SystemClock

from .lines import lines_of, say


async def main() -> None:
    """Serve until standard input ends."""
    clock = SystemClock()
    everybody: set[ServerConnection] = set()

    async def stay(viewer: ServerConnection) -> None:
        everybody.add(viewer)
        await viewer.wait_closed()

    async with serve(
        stay,
        "127.0.0.1",
        0,
        compression="deflate" if "deflate" in sys.argv else None,
        ping_interval=20 if "pings" in sys.argv else None,
        backlog=4096,
    ) as server:
        say(server.sockets[0].getsockname()[1])
        async for line in lines_of(sys.stdin):
            began_s = clock.monotonic()
            broadcast(everybody, line)
            say(began_s)


if __name__ == "__main__":
    asyncio.run(main())
