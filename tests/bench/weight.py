"""How much a page loads that shows the card: the bytes that the service sends for ``/card.js``."""

import gzip
from typing import Final

import aiohttp
from figures import Figure, Report, Yardstick
from stand import serving, stand

BEST: Final = 9  # gzip's own scale


async def measure() -> Report:
    """Load the card as a browser does, and once as it is."""
    async with (
        stand() as owner,
        serving(owner) as running,
        aiohttp.ClientSession(auto_decompress=False) as browser,
    ):
        url = f"{running.url}/card.js"
        plain = await _load(browser, url, "identity")
        packed = await _load(browser, url, "gzip")
    return Report(
        figures=[
            Figure(name="card.js as served", value=len(plain), unit="B"),
            Figure(
                name="card.js as served with gzip",
                value=len(packed),
                unit="B",
                must=6_144,
                aim=5_120,
                yardstick=Yardstick(name="gzip -9", value=len(gzip.compress(plain, BEST, mtime=0))),
            ),
        ],
    )


async def _load(browser: aiohttp.ClientSession, url: str, encoding: str) -> bytes:
    async with browser.get(url, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status == 200, f"{url} is answered {answer.status}"
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        return await answer.read()
