"""The lines docs/card.md tells a strict website to add, tried on one."""

import re
from typing import NamedTuple

from aiohttp import web
from chromium import blank_page
from documents import Document
from installed import Home, log_in, service
from loopback import serving
from playwright.async_api import expect

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated import music
from tonearm.poller.simulated.account import Account

CARD = Document.named("docs/card.md")
ALBUM = music.Album(name="Test Pressing", cover="dusk", by=("The Testers",))
SONG = music.track("Side One", ALBUM, duration_s=600)


class Copied(NamedTuple):
    """What a website copies from the page, with the address of its own tonearm."""

    policy: str
    snippet: str
    room: str

    @classmethod
    def from_page(cls, server: str) -> "Copied":
        """Return the blocks, told apart by what stands in them."""
        blocks = {"script-src": "", "card.js": "", "min-height": ""}
        for block in CARD.fences("") + CARD.fences("html") + CARD.fences("css"):
            for sign in blocks:
                if sign in block:
                    blocks[sign] = re.sub(
                        r"(https|wss)://listening\.example",
                        lambda match: server.replace("http", "ws" if match[1] == "wss" else "http"),
                        block,
                    )
        return cls(*blocks.values())


async def test_card_works_on_a_strict_site_without_a_jump(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """The documented policy lets it work, and the documented room is what it takes."""
    await log_in(home)
    spotify.player.play([SONG], clock.monotonic() - 10)  # older than the lag
    async with service(home) as running:
        copied = Copied.from_page(running.url)
        policy = (
            "default-src 'none'; style-src 'self'; require-trusted-types-for 'script';"
            f" trusted-types 'none'; {' '.join(copied.policy.split())}"
        )

        async def strict_site(request: web.Request) -> web.StreamResponse:
            if request.path == "/site.css":
                return web.Response(text=copied.room, content_type="text/css")
            return web.Response(
                text=f'<!doctype html><link rel="stylesheet" href="site.css">{copied.snippet}',
                content_type="text/html",
                headers={"Content-Security-Policy": policy},
            )

        async with serving(strict_site) as site, blank_page() as page:
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            await page.route("**/*.scdn.co/**", lambda route: route.fulfill(status=404))
            await page.route("**/card.js", lambda route: route.abort())
            card = page.locator("now-playing")

            await page.goto(site)
            empty = await card.bounding_box()
            await page.unroute("**/card.js")
            await page.goto(site)
            await expect(page.get_by_role("link", name="Side One")).to_be_visible()
            full = await card.bounding_box()

    assert [line for line in said if "Content Security Policy" in line] == []
    assert empty is not None
    assert full is not None
    assert empty["height"] == full["height"] == 128
