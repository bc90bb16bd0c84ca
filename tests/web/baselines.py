"""Pictures of the card as it should look: how they are taken, kept and compared.

A change of looks is made known by taking them anew, looking at them, and committing them::

    python tests/web/baselines.py

Fonts and browsers draw text a little differently. With those that the pictures were taken with, a
picture may differ in a thousandth of its pixels; with others both are shrunk first until letters
blur and only shapes, places and colours are left, and a hundredth may differ.
"""

import asyncio
import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageChops
from playwright.async_api import Browser, Page, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from gallery import BLOOM, FERN, HANG, HEBREW, LANTERNS, LONG, ORBIT, STYLE, VIOLET, covers
from stage import NOW, Stage, snapshot

FOLDER: Final = Path(__file__).parent / "baselines"
DRAWN_WITH: Final = FOLDER / "drawn_with.json"
COLOURS: Final = 192
SHRINK: Final = 8
FONT: Final = 'body{font-family:"Liberation Sans"}'
"""One of those that every machine has on which the tests run; the page's, so also the card's."""
SAME: Final = 0.001
ALIKE: Final = 0.01
STEP: Final = 24
"""How much of 255 a colour may be off before a pixel counts as another one."""

SCENES: Final[dict[str, tuple[str, list[Any]]]] = {
    theme: (
        theme,
        [
            ("wide", {"w": 400}, snapshot("paused", item=LANTERNS)),
            ("last played", {"w": 400}, snapshot("idle", item=BLOOM)),
            ("nothing", {"w": 400}, snapshot("nothing")),
            ("offline", {"w": 400, "tint": "bold"}, snapshot(item=ORBIT, health="offline")),
            ("right to left", {"w": 400, "dir": "rtl"}, snapshot("paused", item=HEBREW)),
            ("compact", {"w": 290}, snapshot("paused", item=VIOLET)),
            ("compact, last", {"w": 290}, snapshot("idle", item=FERN, ended_at=NOW - 10_900_000)),
            ("compact, ad", {"w": 290}, snapshot("ad")),
            ("bento", {"w": 260, "variant": "bento"}, snapshot("paused", item=LONG)),
            ("hero", {"w": 640, "variant": "hero", "tint": "bold"}, snapshot("paused", item=FERN)),
        ],
    )
    for theme in ("light", "dark")
}


async def draw(browser: Browser, stage: Stage, name: str, *, style: str = "") -> Image.Image:
    """Return the picture of one scene in few colours; ``style`` is what the page adds to it."""
    theme, cards = SCENES[name]
    stage.pages["/gallery"] = "<!doctype html><script src=/card.js></script>"
    page = await browser.new_page(viewport={"width": 1370, "height": 300}, reduced_motion="reduce")
    await page.clock.install(time=NOW / 1000)
    await page.clock.pause_at(NOW / 1000 + 1)
    await page.goto(f"{stage.origin}/gallery")
    await page.add_style_tag(content=STYLE + FONT + style)
    await page.evaluate(HANG, {"cards": json.loads(json.dumps(cards)), "theme": theme})
    await _loaded(page)
    data = await page.screenshot(full_page=True, animations="disabled")
    await page.close()
    return (
        Image.open(io.BytesIO(data))
        .convert("RGB")
        .quantize(COLOURS, dither=Image.Dither.NONE)
        .convert("RGB")
    )


async def _loaded(page: Page) -> None:
    """Wait for every cover."""
    await page.evaluate(
        """() => Promise.all([...document.querySelectorAll('now-playing')]
          .map((card) => card.shadowRoot.querySelector('[part=art][src]'))
          .map((art) => art && art.decode()))"""
    )


def difference(drawn: Image.Image, kept: Image.Image, *, is_exact: bool) -> float:
    """Return the share of pixels that differ; 1 where the sizes do."""
    if drawn.size != kept.size:
        return 1.0
    if not is_exact:
        size = (drawn.width // SHRINK, drawn.height // SHRINK)
        drawn, kept = (each.resize(size, Image.Resampling.BOX) for each in (drawn, kept))
    channels = ImageChops.difference(drawn, kept).split()
    most = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    counts = most.histogram()
    return sum(counts[STEP:]) / (drawn.width * drawn.height)


def drawn_with(browser: Browser) -> dict[str, str]:
    """Return the browser's major version and a fingerprint of the installed fonts."""
    fonts = subprocess.run(
        [shutil.which("fc-list") or "fc-list", ":", "file"],
        capture_output=True,
        check=True,
    ).stdout
    names = "\n".join(sorted(fonts.decode().splitlines()))
    return {
        "chromium": browser.version.partition(".")[0],
        "fonts": hashlib.sha256(names.encode()).hexdigest()[:16],
    }


async def main() -> None:
    """Take all pictures anew."""
    FOLDER.mkdir(exist_ok=True)
    async with Stage(art=covers()) as stage, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
        )
        for name in SCENES:
            picture = await draw(browser, stage, name)
            picture.quantize(COLOURS, dither=Image.Dither.NONE).save(
                FOLDER / f"{name}.png", optimize=True
            )
        DRAWN_WITH.write_text(json.dumps(drawn_with(browser), indent=2) + "\n", "utf-8")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
