"""Draw the picture at the top of the README: the real card, with the demo's covers and colours.

Run it after a change of the card's looks::

    python tests/web/poster.py docs/card.png
"""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
from gallery import demand_inter
from playwright.async_api import async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from stage import NOW, Stage, snapshot, track

from tonearm.poller.simulated import covers
from tonearm.server.artwork.palette import palette
from tonearm.server.artwork.picture import opened
from tonearm.server.artwork.swatches import swatches

PAGE = """<!doctype html><script src=/card.js></script><style>
body { margin: 0; width: 1240px; height: 620px; display: grid; grid-template-columns: 1fr 1fr;
       font: 15px/1.4 Inter; background: #fff }
section { display: grid; padding: 32px; gap: 18px; align-content: center; justify-content: center;
          grid-template-columns: 269px 269px; background: #f3f2ee }
section + section { background: #0e0e10 }
.whole { grid-column: 1 / 3; --np-radius: 20px }
now-playing { max-width: none }
</style>
<section></section><section></section>"""

HANG = """([cards, theme, place]) => {
  for (const [attributes, data] of cards) {
    const card = document.createElement('now-playing');
    for (const [name, value] of Object.entries({...attributes, theme})) {
      card.setAttribute(name, value);
    }
    card.data = data;
    document.querySelectorAll('section')[place].append(card);
  }
}"""

WHOLE = {"class": "whole", "variant": "wide"}


def item(slug: str, title: str, byline: str, **changes: Any) -> dict[str, Any]:
    """Return an item with a demo cover and the palette that the server would send with it."""
    colours = palette(swatches(opened(covers.png(slug, 64))))
    return track(
        title=title,
        byline=byline,
        uri=title,
        art=[{"url": f"/art/{slug}", "width": 640, "height": 640}],
        palette=msgspec.to_builtins(colours),
        **changes,
    )


def scenes() -> tuple[list[Any], list[Any]]:
    """Return what hangs on the light page and what hangs on the dark one."""
    dusk = item("dusk", "Paper Lanterns", "Lantern Weather")
    waves = item("waves", "Violet Hour", "Velvet Tideline")
    plants = item("quarters", "Houseplants Remember", "Fern Atelier")
    rings = item("rings", "Low Orbit", "Perigee Social Club, Nadir Choir", explicit=True)
    alone = rings | {"byline": "Perigee Social Club"}
    harbour = item("harbour", "Long Night in the Harbour", "Pier Seven")
    letters = item("planes", "Folded Letters", "Origami Airmail")
    talk = item("microphone", "Why small servers still matter", "The Cupboard Rack", kind="episode")
    return (
        [
            ({"variant": "bento"}, snapshot(item=dusk)),
            ({"variant": "bento", "tint": "bold"}, snapshot(item=plants, position_ms=40_000)),
            (WHOLE, snapshot(item=rings, position_ms=110_000)),
            ({"variant": "compact"}, snapshot(item=waves)),
            ({"variant": "compact"}, snapshot("idle", item=letters, ended_at=NOW - 10_900_000)),
        ],
        [
            ({"variant": "bento", "tint": "bold"}, snapshot(item=alone, position_ms=150_000)),
            ({"variant": "bento"}, snapshot(item=harbour, position_ms=30_000)),
            (WHOLE, snapshot("paused", item=talk, position_ms=90_000)),
            ({"variant": "compact"}, snapshot(item=plants)),
            ({"variant": "compact"}, snapshot(item=dusk, position_ms=150_000)),
        ],
    )


async def main(path: Path) -> None:
    """Save the picture."""
    demand_inter()
    art = {slug: covers.png(slug, 640) for slug in covers.SLUGS}
    async with Stage(art=art) as stage, async_playwright() as playwright:
        stage.pages["/poster"] = PAGE
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(
            device_scale_factor=2, viewport={"width": 1240, "height": 620}, reduced_motion="reduce"
        )
        await page.goto(f"{stage.origin}/poster")
        for place, (cards, theme) in enumerate(zip(scenes(), ("light", "dark"), strict=True)):
            await page.evaluate(HANG, [cards, theme, place])
        await page.wait_for_timeout(900)
        await page.screenshot(path=path)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
