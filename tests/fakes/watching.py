"""A viewer and a reader of a running service, over real sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect

PATIENCE_S = 20.0

Json = dict[str, Any]


class Watcher:
    """A websocket viewer that remembers every snapshot it was sent."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.seen: list[Json] = []
        self.received_s = 0.0

    @property
    def newest(self) -> Json:
        return self.seen[-1]

    async def next(self) -> Json:
        """Wait for the next snapshot, passing over beats."""
        while True:
            frame = json.loads(await self._connection.recv())
            if frame["type"] == "state":
                self.received_s = time.monotonic()  # noqa: TID251  (a viewer has its own clock)
                self.seen.append(frame)
                return self.newest

    async def until(self, holds: Callable[[Json], bool], *, patience_s: float = PATIENCE_S) -> Json:
        """Wait until the newest snapshot is as wanted; look at the one already seen first."""
        try:
            async with asyncio.timeout(patience_s):
                while not (self.seen and holds(self.newest)):
                    await self.next()
        except TimeoutError:
            raise AssertionError(f"never came; last seen: {self.seen[-1:]}") from None
        return self.newest

    async def shows(self, title: str, state: str = "playing") -> Json:
        """Wait until an item of this title is shown in this state."""
        return await self.until(
            lambda seen: (
                seen["state"] == state
                and seen["item"] is not None
                and seen["item"]["title"] == title
            )
        )

    async def is_in(self, state: str) -> Json:
        """Wait for a state, whatever the item."""
        return await self.until(lambda seen: seen["state"] == state)

    async def has(self, health: str, *, patience_s: float = PATIENCE_S) -> Json:
        """Wait for a health, whatever is shown."""
        return await self.until(lambda seen: seen["health"] == health, patience_s=patience_s)

    def position_ms(self) -> float:
        """Return where a card would draw the progress now."""
        seen = self.newest
        moved_ms = (time.monotonic() - self.received_s) * 1000  # noqa: TID251
        start_ms = seen["position_ms"] + (seen["now"] - seen["as_of"])
        return float(start_ms + (moved_ms if seen["state"] == "playing" else 0))


@asynccontextmanager
async def watcher(url: str) -> AsyncIterator[Watcher]:
    """Connect to a service's feed; the first snapshot has come when this yields."""
    async with connect(url.replace("http", "ws", 1) + "/v1/ws", compression=None) as connection:
        watching = Watcher(connection)
        await watching.next()
        yield watching


async def current(session: aiohttp.ClientSession, url: str) -> Json:
    """Read the snapshot as a program would."""
    async with session.get(f"{url}/v1/current") as answer:
        assert answer.status == 200
        read: Json = await answer.json()
        return read
