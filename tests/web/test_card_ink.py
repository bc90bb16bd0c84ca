"""No letter loses a part: descenders, accents and deep scripts are drawn whole."""

import io
import json
from itertools import product
from typing import Any

import pytest
from baselines import STEP
from PIL import Image, ImageChops
from playwright.async_api import Page
from stage import Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

FONTS = ("DejaVu Sans", "Liberation Sans", "Noto Sans CJK JP")
TITLES = {
    "latin": "Ǻgjpqy Ễ Çğ yg jumping Ệg",
    "arabic": "جميع الحق في ضجيج الميناء",
    "japanese": "夜明け前のg路面電車",
}
WIDTHS = {"wide": 500, "compact": 420, "bento": 220, "hero": 420}
HANG = """(cards) => {
  for (const [font, variant, width, data] of cards) {
    const card = document.createElement('now-playing');
    card.setAttribute('variant', variant);
    card.style.cssText = `width: ${width}px; max-width: none; font-family: '${font}'`;
    card.data = data;
    document.querySelector('main').append(card);
  }
}"""
DRESS = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""


def silent(title: str) -> dict[str, Any]:
    """Return a paused snapshot without a cover, so that nothing is drawn later."""
    byline = title.split(maxsplit=1)[0]
    return snapshot("paused", item=track(title=title, byline=byline, uri=title, art=[]))


async def shot(page: Page, css: str) -> Image.Image:
    """Return the page's picture with some style added."""
    await page.evaluate(DRESS, css)
    data = await page.screenshot(full_page=True, animations="disabled")
    return Image.open(io.BytesIO(data)).convert("RGB")


def differ(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether an eye could see a difference; the last shade of a letter's edge it cannot."""
    off = ImageChops.difference(one, other).convert("L")
    return off.point(lambda value: 255 * (value > STEP)).getbbox() is not None


async def test_no_letter_is_cut(open_page: Open, stage: Stage) -> None:
    """It looks the same whether what is over may be seen or not, in fonts of any build."""
    page = await open_page("", viewport={"width": 900, "height": 600}, reduced_motion="reduce")
    cards = [
        (font, variant, width, silent(title))
        for font, (variant, width), title in product(FONTS, WIDTHS.items(), TITLES.values())
    ]
    await page.evaluate(HANG, json.loads(json.dumps(cards)))
    lines = "now-playing::part(title), now-playing::part(byline), now-playing::part(status-text)"

    as_it_is = await shot(page, "")
    open_to_all_sides = await shot(page, f"{lines} {{ overflow: visible }}")
    hidden = await shot(page, f"{lines} {{ overflow: hidden }}")

    assert not differ(as_it_is, open_to_all_sides)
    # Or the letters would not reach far enough to tell.
    assert differ(as_it_is, hidden)


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize(("variant", "width"), [("bento", 260), ("hero", 420), ("hero", 900)])
async def test_third_line_does_not_peek_in(
    open_page: Open, stage: Stage, variant: str, width: int, font: str
) -> None:
    """Of a title for more than two lines nothing is seen below the second."""
    page = await open_page("", viewport={"width": 1000, "height": 600}, reduced_motion="reduce")
    card = (font, variant, width, silent("Half HEBDO " * 12))
    await page.evaluate(HANG, [card])
    title = await page.locator("now-playing [part=title]").bounding_box()
    assert title is not None

    picture = await shot(
        page, "now-playing { --np-fg: #f00; --np-muted: #00f; --np-accent: #00f; --np-bg: #fff }"
    )

    red = ImageChops.subtract(picture.getchannel("R"), picture.getchannel("G"))
    found = red.point(lambda value: 255 * (value > 128)).getbbox()
    assert found is not None
    assert title["y"] < found[3] <= title["y"] + title["height"]
    assert await page.evaluate("() => document.documentElement.scrollHeight") == 600
