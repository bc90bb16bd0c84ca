"""Draw the pictures of the docs: start page and gallery, on a desk and a phone, light and dark.

Run it after a change of the looks, look at them, and commit them::

    python tests/web/portraits.py docs
"""

import asyncio
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from gallery import demand_inter
from gallery import main as draw_gallery
from PIL import Image
from playwright.async_api import Browser, ViewportSize, async_playwright
from poster import item
from stage import WEB, Stage, snapshot

from tonearm.poller.simulated import covers

DESK: ViewportSize = {"width": 1280, "height": 1460}
PHONE: ViewportSize = {"width": 390, "height": 1460}
COLOURS = 192
ADDRESS = "https://listening.example"


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture in few colours: a repository is not an archive of photographs."""
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


async def draw_start_page(browser: Browser, stage: Stage, folder: Path) -> None:
    """Save the start page as a visitor with a desk and one with a phone sees it, by both lights."""
    named = 'name="tonearm-public-url" content="'
    html = (WEB / "index.html").read_text("utf-8").replace(named, named + ADDRESS)
    stage.pages["/"] = html
    stage.frame = json.dumps(
        snapshot(item=item("harbour", "Long Night in the Harbour", "Pier Seven"))
    )
    for name, viewport in (("desk", DESK), ("phone", PHONE)):
        for theme in ("light", "dark"):
            page = await browser.new_page(
                color_scheme=theme, viewport=viewport, reduced_motion="reduce"
            )
            await page.goto(stage.origin)
            await page.get_by_role("link", name="Long Night").first.wait_for()
            await page.wait_for_function(
                "() => document.querySelector('#live').shadowRoot.querySelector('img').complete"
            )
            shot = Image.open(io.BytesIO(await page.screenshot()))
            save(shot, folder / f"start-page-{name}-{theme}.png")
            await page.close()


async def main(folder: Path) -> None:
    """Save all of them."""
    demand_inter()
    art = {slug: covers.png(slug, 640) for slug in covers.SLUGS}
    async with Stage(art=art) as stage, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        await draw_start_page(browser, stage, folder)
        await browser.close()
    with tempfile.TemporaryDirectory() as drawn:
        await draw_gallery(Path(drawn))
        for theme in ("light", "dark"):
            picture = Image.open(Path(drawn) / f"variants-{theme}.png")
            half = picture.resize(
                (picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS
            )
            save(half, folder / f"gallery-{theme}.png")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
