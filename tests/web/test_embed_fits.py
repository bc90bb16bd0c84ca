"""The iframe page in a browser whose scroll bars take room, as they do on Windows and Linux."""

import json
import shutil

import pytest
from playwright.async_api import async_playwright, expect
from stage import Stage, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRAMES = {"compact": (320, 56), "wide": (400, 128), "bento": (300, 300), "hero": (880, 250)}


@pytest.mark.parametrize("variant", FRAMES)
async def test_embed_needs_no_scroll_bar_at_its_documented_size(stage: Stage, variant: str) -> None:
    """Not even for words that are there for screen readers alone."""
    width, height = FRAMES[variant]
    stage.frame = json.dumps(snapshot())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            ignore_default_args=["--hide-scrollbars"],
        )
        page = await browser.new_page(viewport={"width": width, "height": height})
        await page.goto(f"{stage.origin}/embed?variant={variant}")
        await expect(page.locator("now-playing")).to_have_attribute("data-state", "playing")

        sizes = await page.evaluate(
            "() => [document.documentElement].map((e) => [e.clientWidth, e.scrollWidth])[0]"
        )
        await browser.close()

    assert sizes == [width, width]
