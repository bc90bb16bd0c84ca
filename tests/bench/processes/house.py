"""Our server with nobody behind it: it publishes whatever it is told, as fast as it is told.

A listening process. It prints its port; each line it is given becomes the title of a snapshot, and
then the instant before that is printed. A look takes at least two seconds in the real service; here
an evening's worth of changes goes out in seconds.
"""

import asyncio
import sys

from msgspec.structs import replace

from tonearm.poller.clock import SystemClock
from tonearm.poller.playback import Artist, Health, Item, Kind, Linked, Snapshot, State
from tonearm.server.door.front import listen
from tonearm.server.feed.hub import Hub
from tonearm.server.public.http import application
from tonearm.server.public.pages import Pages

from .lines import lines_of, say

LINK = "https://open.spotify.com/track/4iV5W9uYEdYUVa79Axb7Rh"
ITEM = Item(
    kind=Kind.TRACK,
    uri="spotify:track:4iV5W9uYEdYUVa79Axb7Rh",
    title="",
    byline="The Testers, Mara Lind",
    artists=(Artist(name="The Testers", url=LINK), Artist(name="Mara Lind", url=LINK)),
    album=Linked(name="Test Pressing", url=LINK),
    show=None,
    url=LINK,
    duration_ms=211_000,
    explicit=False,
    art=(),
)


async def main() -> None:
    """Serve until standard input ends."""
    clock = SystemClock()
    hub = Hub(clock, on_arrival=lambda: None, max_connections=20_000)
    app = application(
        hub,
        pages=Pages(all=(), card_path=None, card_integrity=None),
        clock=clock,
        jitter=lambda: 0.5,
    )
    serving = asyncio.create_task(hub.run())
    async with listen(app, "127.0.0.1", 0, clock=clock) as listening:
        say(listening.addresses[0][1])
        seq = 0
        async for title in lines_of(sys.stdin):
            seq += 1
            began_s = clock.monotonic()
            hub.publish(
                Snapshot(
                    epoch="house",
                    seq=seq,
                    state=State.PLAYING,
                    health=Health.OK,
                    as_of_s=began_s,
                    position_ms=0,
                    item=replace(ITEM, title=title),
                )
            )
            say(began_s)
    serving.cancel()


if __name__ == "__main__":
    asyncio.run(main())
