"""A peer: an aiohttp application that sends to one WebSocket after another.

A listening process. It prints its port; each line it is given is sent, and then the instant before
that is printed. Compression is off, as for the others; it has no pings.
"""

import asyncio
import sys

from aiohttp import web

from tonearm.poller.clock import SystemClock

from .lines import lines_of, say


async def main() -> None:
    """Serve until standard input ends."""
    clock = SystemClock()
    everybody: set[web.WebSocketResponse] = set()

    async def stay(request: web.Request) -> web.WebSocketResponse:
        viewer = web.WebSocketResponse(compress=False)
        await viewer.prepare(request)
        everybody.add(viewer)
        async for _ in viewer:
            pass
        return viewer

    app = web.Application()
    app.add_routes([web.get("/v1/ws", stay)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    say(runner.addresses[0][1])
    async for line in lines_of(sys.stdin):
        began_s = clock.monotonic()
        for viewer in everybody:
            await viewer.send_str(line)
        say(began_s)


if __name__ == "__main__":
    asyncio.run(main())
