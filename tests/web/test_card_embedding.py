"""The card where a page is strict with it: pinned, in a sandbox, put to rest."""

import base64
import hashlib
import json
import shutil

import pytest
from playwright.async_api import async_playwright, expect
from stage import WEB, Open, Stage, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_card_lives_in_a_sandbox(open_page: Open, stage: Stage) -> None:
    """As WordPress frames what it embeds: scripts, but no origin."""
    stage.frame = json.dumps(snapshot())
    stage.pages["/blog"] = (
        "<!doctype html><iframe sandbox=allow-scripts src=/embed title=Playing></iframe>"
    )

    page = await open_page(path="/blog", expect_trouble=True)

    card = page.frame_locator("iframe").get_by_role("link", name="Paper Lanterns")
    await expect(card).to_be_visible()


async def test_pinned_file_is_taken(open_page: Open, stage: Stage) -> None:
    """With the hash a page may ask for, and no other."""
    stage.frame = json.dumps(snapshot())
    digest = base64.b64encode(hashlib.sha384((WEB / "card.js").read_bytes()).digest()).decode()
    stage.pages["/pinned"] = (
        f'<!doctype html><script src="/card.js" integrity="sha384-{digest}"></script>'
        "<now-playing></now-playing>"
    )

    page = await open_page(path="/pinned")

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()


async def test_page_rests_in_the_back_forward_cache(stage: Stage) -> None:
    """A visitor who comes back finds the page as it was, and the card connects by itself."""
    stage.frame = json.dumps(snapshot())
    stage.pages["/one"] = (
        "<!doctype html><script src=/card.js></script><now-playing></now-playing>"
        "<script>addEventListener('pageshow', (e) => (window.rested = e.persisted))</script>"
    )
    stage.pages["/two"] = "<!doctype html><p>Elsewhere</p>"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = await browser.new_page()
        await page.goto(f"{stage.origin}/one")
        await expect(page.locator("now-playing")).to_have_attribute("data-state", "playing")
        await page.goto(f"{stage.origin}/two")
        await stage.until(lambda s: not s.sockets)

        await page.evaluate("() => history.back()")

        await stage.until(lambda s: s.opened == 2)
        await page.wait_for_function("() => window.rested === true")
        await browser.close()
