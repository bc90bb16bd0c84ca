"""The whole service on a network that is not there yet, goes away, or belongs to somebody else."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from certificates import SelfSigned
from chaos_proxy import GOOD, Chaos, ChaosProxy
from installed import Home, log_in, service
from watching import watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.music import Album, track

NEXT_TRY_S = 60.0
"""No two tries are further apart, however long nobody answered."""
NO_NETWORK = Chaos(good_bytes=0, is_reset=True)
LONG = track("Side One", Album(name="Test Pressing", cover="dusk", by=("A",)), duration_s=36_000)


@pytest.fixture
async def known(home: Home, spotify: Account, clock: SystemClock) -> Home:
    """A machine with a login, where something plays."""
    await log_in(home)
    spotify.player.play([LONG], clock.monotonic() - 10)
    return home


async def test_a_network_that_comes_late_and_goes_again_is_waited_for(
    known: Home, spotify: Account
) -> None:
    """A Pi is faster than its router, and Wi-Fi drops: it serves all along, and mends by itself."""
    spotify.revoke_access()
    proxy = ChaosProxy(known.spotify_url)
    proxy.become(NO_NETWORK)
    async with (
        proxy.serve() as url,
        service(replace(known, spotify_url=url)) as running,
        watcher(running.url) as viewer,
    ):
        await viewer.has("offline")
        proxy.become(GOOD)
        await viewer.has("ok", patience_s=NEXT_TRY_S)
        await viewer.shows(LONG.title)
        proxy.become(NO_NETWORK)
        shown = await viewer.has("offline", patience_s=NEXT_TRY_S)

    assert shown["item"]["title"] == LONG.title


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncIterator[tuple[str, list[str]]]:
    """Yield the address of an https server that nobody vouches for, and the paths it was asked."""
    asked: list[str] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.json_response({"error": "invalid_grant"}, status=400)

    made = await asyncio.to_thread(SelfSigned.make, tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.cert, made.key)
    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


async def test_a_certificate_nobody_vouches_for_gets_no_token_and_costs_no_login(
    known: Home, spotify: Account, impostor: tuple[str, list[str]]
) -> None:
    """Somebody in between: not one request is made, and afterwards all is as it was."""
    url, asked = impostor
    spotify.revoke_access()
    before = spotify.count(Endpoint.TOKEN)
    async with service(replace(known, spotify_url=url)) as running, watcher(running.url) as viewer:
        await viewer.has("offline")
        assert asked == []
        assert await running.stop() == 0

    async with service(known) as running, watcher(running.url) as viewer:
        await viewer.shows(LONG.title)
    assert spotify.count(Endpoint.TOKEN) == before + 1
