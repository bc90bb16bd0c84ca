"""The clients in docs/clients, run as those who copy them would run them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from chromium import blank_page
from documents import ROOT
from installed import PATIENCE_S, Home, close_pipes, log_in, service
from loopback import serving
from playwright.async_api import expect
from stage import NOW, Stage, snapshot, track

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated import music
from tonearm.poller.simulated.account import Account

CLIENTS = ROOT / "docs" / "clients"
ALBUM = music.Album(name="Test Pressing", cover="dusk", by=("The Testers",))
SONG = music.track("Side One", ALBUM, duration_s=600)

AT_ONCE = """
import random, runpy, sys
random.uniform = min
runpy.run_path(sys.argv.pop(1))
"""

PAGE = """<!doctype html><title>A site</title><body></body>
<script type="module">
  import { watch } from "./watch.mjs";
  const server = new URLSearchParams(location.search).get("server");
  watch(server, ({ state, item }) => {
    document.body.textContent = `${state}: ${item?.title}`;
  });
</script>"""


async def a_site(request: web.Request) -> web.StreamResponse:
    """Serve the JavaScript client from another origin than the service's, as its users do."""
    if request.path == "/watch.mjs":
        return web.FileResponse(CLIENTS / "watch.mjs", headers={"Content-Type": "text/javascript"})
    return web.Response(text=PAGE, content_type="text/html")


@asynccontextmanager
async def python_client(*command: str | Path) -> AsyncIterator[asyncio.StreamReader]:
    """Run the Python client and yield what it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield process.stdout
    finally:
        process.kill()
        await process.wait()
        close_pipes(process)


async def test_python_client_prints_what_plays(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """It runs as it stands."""
    await log_in(home)
    spotify.player.play([SONG], clock.monotonic() - 10)  # older than the lag
    async with (
        service(home) as running,
        python_client(CLIENTS / "watch.py", running.url) as printed,
    ):
        while b"playing" not in (line := await printed.readline()):
            assert line, "it ended"

    assert line.decode() == "playing Side One The Testers\n"


@pytest.mark.parametrize("code", [1000, 1012])
async def test_python_client_comes_back_after_a_restart(code: int) -> None:
    """After up to ten seconds of chance, of which it draws none here."""
    async with (
        Stage() as stage,
        python_client("-c", AT_ONCE, CLIENTS / "watch.py", stage.origin) as printed,
    ):
        await stage.play(snapshot())
        first = await printed.readline()
        stage.frame = json.dumps(snapshot(epoch="next", item=track(title="Low Orbit")))
        await stage.close(code)
        second = await printed.readline()

    assert first.decode() == "playing Paper Lanterns Nova Halden\n"
    assert second.decode() == "playing Low Orbit Nova Halden\n"


async def test_javascript_client_shows_what_plays(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """In a page of another site, for the service lets any origin read."""
    await log_in(home)
    spotify.player.play([SONG], clock.monotonic() - 10)  # older than the lag
    async with service(home) as running, serving(a_site) as site, blank_page() as page:
        await page.goto(f"{site}/?server={running.url}")

        await expect(page.locator("body")).to_have_text("playing: Side One")


async def test_javascript_client_comes_back_after_a_restart() -> None:
    """Within ten seconds of close code 1012, by the page's clock."""
    async with Stage() as stage, serving(a_site) as site, blank_page() as page:
        await stage.play(snapshot())
        await page.clock.install(time=NOW / 1000)
        await page.goto(f"{site}/?server={stage.origin}")
        await expect(page.locator("body")).to_have_text("playing: Paper Lanterns")

        stage.frame = json.dumps(snapshot(epoch="next", item=track(title="Low Orbit")))
        await stage.close(1012)
        await stage.until(lambda seen: not seen.sockets)
        await page.clock.run_for(10_000)

        await expect(page.locator("body")).to_have_text("playing: Low Orbit")


async def test_javascript_client_stays_away_when_it_is_told_to() -> None:
    """Close codes from 4400 on are kept for that."""
    async with Stage() as stage, serving(a_site) as site, blank_page() as page:
        await stage.play(snapshot())
        await page.clock.install(time=NOW / 1000)
        await page.goto(f"{site}/?server={stage.origin}")
        await expect(page.locator("body")).to_have_text("playing: Paper Lanterns")

        await stage.close(4403)
        await stage.until(lambda seen: not seen.sockets)
        await page.clock.run_for(120_000)

        assert stage.opened == 1
