"""A crowd of visitors costs Spotify not one call more than a single one."""

import asyncio
import itertools
from contextlib import AsyncExitStack

import aiohttp
from installed import Home, log_in, service
from watching import current, watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.music import Album, track

SOCKETS = 200
READS = 2_000
WATCHED_S = 2.0
LONG = track("Side One", Album(name="Test Pressing", cover="dusk", by=("A",)), duration_s=900)


async def looks_at(spotify: Account, count: int) -> float:
    """Wait for ``count`` more looks, by Spotify's own log; return the instant of the last."""
    wanted = spotify.count(Endpoint.PLAYER) + count
    while spotify.count(Endpoint.PLAYER) < wanted:  # noqa: ASYNC110  (a log tells nobody)
        await asyncio.sleep(0.02)  # noqa: TID251
    return spotify.calls[-1].at_s


async def test_two_hundred_sockets_and_two_thousand_reads_cause_no_call(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """By Spotify's own log the looks keep the pace that one viewer had set."""
    await log_in(home)
    spotify.player.play([LONG], clock.monotonic() - 10)  # older than the lag
    async with service(home) as running, watcher(running.url):
        began_s = await looks_at(spotify, 8)  # the first ones settle

        async with AsyncExitStack() as crowd, aiohttp.ClientSession() as session:
            for _ in range(SOCKETS):
                await crowd.enter_async_context(watcher(running.url))
            for _ in range(READS // 50):
                await asyncio.gather(*(current(session, running.url) for _ in range(50)))
            ended_s = await looks_at(spotify, 2)

    looks = [
        call.at_s
        for call in spotify.calls
        if call.path == Endpoint.PLAYER and began_s <= call.at_s <= ended_s
    ]
    gaps_s = [after - before for before, after in itertools.pairwise(looks)]
    assert min(gaps_s) >= WATCHED_S - 0.05
    assert len(looks) <= (ended_s - began_s) / WATCHED_S + 1
    others = {call.path for call in spotify.calls} - {Endpoint.PLAYER}
    assert others <= {Endpoint.AUTHORIZE, Endpoint.DECISION, Endpoint.TOKEN, Endpoint.ME}
