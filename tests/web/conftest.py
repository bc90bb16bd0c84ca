"""One Chromium for all browser tests, and a fresh stage and page for each.

Browser and tests share one event loop for the session, so test files here say
``pytestmark = pytest.mark.asyncio(loop_scope="session")``.
"""

import shutil
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright
from stage import NOW, Axe, Open, Stage

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run Debian's Chromium; it starts once for the whole folder."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "the browser tests need chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield running
        await running.close()


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Return axe: all violations on a page, each in one line."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    async def violations(page: Page) -> list[str]:
        await page.add_script_tag(content=script)
        found: list[str] = await page.evaluate(
            """async () => (await axe.run(document)).violations
              .map(({id, nodes}) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`)"""
        )
        return found

    return violations


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """Run a server that plays whatever the test says."""
    async with Stage() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, stage: Stage) -> AsyncIterator[Open]:
    """Open a page of the stage; a script error or a policy violation anywhere fails the test.

    The page's clock stands still but for what the test lets pass, and is ``skew_ms`` off.
    """
    troubles: list[str] = []
    pages: list[Page] = []

    def note_violation(message: ConsoleMessage) -> None:
        if "violates" in message.text or "Refused" in message.text:
            troubles.append(message.text)

    async def open_(
        body: str = "<now-playing></now-playing>",
        *,
        path: str | None = None,
        clock: bool = False,
        skew_ms: int = 0,
        expect_trouble: bool = False,
        **options: Any,
    ) -> Page:
        page = await browser.new_page(**options)
        pages.append(page)
        if not expect_trouble:
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", note_violation)
        # What the card says of its connection, where `expect` can wait for it.
        await page.add_init_script(
            "addEventListener('np-status',"
            " ({detail}) => (document.documentElement.dataset.link = detail))"
        )
        if clock:
            await page.clock.install(time=(NOW + skew_ms) / 1000)
            await page.clock.pause_at((NOW + skew_ms) / 1000 + 1)
        if path is None:
            path = f"/test-{len(pages)}"
            stage.pages[path] = (
                '<!doctype html><html lang="en"><title>Test</title>'
                f'<script src="/card.js"></script><main><h1>Home</h1>{body}</main>'
            )
        await page.goto(stage.origin + path)
        return page

    yield open_
    for page in pages:
        await page.close()
    assert troubles == []
