"""Print what plays at a tonearm server: `python watch.py https://listening.example`."""

import asyncio
import json
import random
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def watch(server: str) -> None:
    """Print a line for each snapshot, and come back whenever the connection ends."""
    async for socket in connect(server.replace("http", "ws", 1) + "/v1/ws"):
        try:
            while frame := json.loads(await socket.recv()):
                if frame["type"] == "state":
                    item = frame["item"] or {}
                    print(frame["state"], item.get("title"), item.get("byline"), flush=True)
        except ConnectionClosed:
            await asyncio.sleep(random.uniform(0, 10))


asyncio.run(watch(sys.argv[1]))
