"""Draw the picture of docs/overlay.md: the real overlay in its themes, over a calm game.

Run it after a change of the overlay's looks::

    python tests/web/overlay_gallery.py docs/overlay.png
"""

import asyncio
import io
import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from gallery import demand_inter
from PIL import Image
from playwright.async_api import Browser, async_playwright
from poster import item

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from stage import Stage, snapshot

from tonearm.poller.simulated import covers

WIDTH, HEIGHT = 1280, 720
"""The picture is two thirds of a 1080p canvas."""

SKY = "linear-gradient(#1f2c5c, #3f3f86 38%, #7a5fa8 60%, #d08f9a 78%)"


DUSK = item("dusk", "Paper Lanterns", "Lantern Weather")
LONG = item("quarters", "Houseplants Remember (Everything You Said)", "Fern Atelier")
RINGS = item("rings", "Low Orbit", "Perigee Social Club, Nadir Choir", explicit=True)
WAVES = item("waves", "Violet Hour", "Velvet Tideline")
HARBOUR = item("harbour", "Long Night in the Harbour", "Pier Seven")
HALFTONE = item("halftone", "Static Bloom", "Grey Cardigan")
PLANES = item("planes", "Folded Letters", "Origami Airmail")

# What stands where: x and y on the 1080p canvas, the address, what plays, how far it is.
SOURCES: tuple[tuple[int, int, str, dict[str, Any], int], ...] = (
    (36, 36, "theme=slab&pos=tl", DUSK, 63_000),
    (36, 186, "theme=paper&pos=tl", HALFTONE, 168_000),
    (36, 336, "theme=tint&pos=tl", RINGS, 110_000),
    (36, 486, "theme=bold&pos=tl", LONG, 138_000),
    (36, 636, "theme=bare&pos=tl", HARBOUR, 72_000),
    (1204, 36, "theme=pill&pos=tr", PLANES, 60_000),
    (1544, 140, "theme=tower&pos=tr", WAVES, 85_000),
    (0, 992, "theme=strip&pos=bl", RINGS, 110_000),
)


CAR = """<g transform="translate(900 800)">
<path fill="#e5475e" d="M0 128V78c0-44 34-74 84-74h66c50 0 84 24 118 60l60 16c34 8 46 26 46 48Z"/>
<path fill="#bfe8ff" d="M44 66c4-26 20-40 46-40h46v40Zm112-40c38 0 66 12 94 40h-94Z"/>
<circle cx="82" cy="128" r="28" fill="#8b88a5" stroke="#12101d" stroke-width="20"/>
<circle cx="300" cy="128" r="28" fill="#8b88a5" stroke="#12101d" stroke-width="20"/>
</g>"""


def block(x: int, y: int, width: int, height: int, colour: str) -> str:
    """Return a house, a window or the street."""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>'


def skyline() -> str:
    """Return the scenery: a moon, and rows of houses that darken towards the street."""
    dice = random.Random(7)
    lights = ("#d9b27c", "#7fb6cc", "#cf8498")
    parts = ['<circle cx="1180" cy="470" r="150" fill="#ffe6bf"/>']
    parts += [block(dice.randrange(1920), dice.randrange(300), 3, 3, "#c9cbe8") for _ in range(40)]
    rows = ((170, 420, "#7b5c97", 0), (110, 320, "#573f7b", 3), (60, 220, "#372955", 5))
    for lowest, highest, colour, windows in rows:
        x = -20
        while x < 1920:
            width, height = dice.randrange(60, 150, 10), dice.randrange(lowest, highest, 10)
            parts.append(block(x, 930 - height, width, height, colour))
            for _ in range(windows):
                left, top = dice.randrange(x + 8, x + width - 14), dice.randrange(942 - height, 920)
                parts.append(block(left, top, 8, 12, dice.choice(lights)))
            x += width
    street = block(0, 926, 1920, 160, "#191529")
    return f'<svg viewBox="0 0 1920 1080" width="1920">{"".join(parts)}{street}{CAR}</svg>'


async def picture(
    browser: Browser, stage: Stage, query: str, playing: dict[str, Any], position_ms: int
) -> bytes:
    """Return one overlay as OBS sees it, transparent around the card."""
    size = (1920, 88) if "strip" in query else (340, 432) if "tower" in query else (680, 160)
    page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2,
        reduced_motion="reduce",
    )
    stage.frame = json.dumps(snapshot(item=playing, position_ms=position_ms))
    await page.goto(f"{stage.origin}/overlay?lang=en&{query}")
    await page.wait_for_selector(".np.is-shown .np-cover")
    drawn = await page.screenshot(omit_background=True)
    await page.close()
    return drawn


async def main(path: Path) -> None:
    """Save the picture."""
    demand_inter()
    art = {slug: covers.png(slug, 640) for slug in covers.SLUGS}
    async with Stage(art=art) as stage, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(
            viewport={"width": 1920, "height": 1080}, device_scale_factor=2
        )
        await page.set_content(f'<body style="margin:0;background:{SKY}">{skyline()}')
        canvas = Image.open(io.BytesIO(await page.screenshot())).convert("RGBA")
        for x, y, query, playing, position_ms in SOURCES:
            drawn = await picture(browser, stage, query, playing, position_ms)
            canvas.alpha_composite(Image.open(io.BytesIO(drawn)).convert("RGBA"), (2 * x, 2 * y))
        await browser.close()
    small = canvas.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    small.save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
