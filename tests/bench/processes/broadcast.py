"""A peer: ``websockets`` as its documentation says one broadcasts, without compression and pings.

A listening process. It prints its port; each line it is given is broadcast, and then the instant
before that is printed.
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

from tonearm.poller.clock import SystemClock


async def main() -> None:
    """Serve until standard input ends."""
    clock = SystemClock()
    everybody: set[ServerConnection] = set()

    async def stay(viewer: ServerConnection) -> None:
        everybody.add(viewer)
        await viewer.wait_closed()

    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with serve(
        stay, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=4096
    ) as server:
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        while line := await lines.readline():
            began_s = clock.monotonic()
            broadcast(everybody, line.decode().rstrip("\n"))
            sys.stdout.write(f"{began_s}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
