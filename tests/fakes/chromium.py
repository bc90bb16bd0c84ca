"""A page in the system's own Chromium, for a test that needs no more than one."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@asynccontextmanager
async def blank_page() -> AsyncIterator[Page]:
    """Start a browser and open an empty page."""
    executable = shutil.which("chromium")
    assert executable is not None, "this test needs chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield await browser.new_page()
        await browser.close()
