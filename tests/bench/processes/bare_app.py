"""The yardstick for an idle service: an aiohttp application with one route. Prints its port."""

import asyncio
import sys

from aiohttp import web


async def main() -> None:
    """Serve until killed."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"state": "nothing"})

    app = web.Application()
    app.add_routes([web.get("/v1/current", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
