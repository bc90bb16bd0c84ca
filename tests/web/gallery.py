"""Draw every state, variant and theme of the card on one page, and save the pictures.

Run it to look at the card while working on it::

    python tests/web/gallery.py FOLDER
"""

import asyncio
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.async_api import Browser, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from stage import NOW, Stage, snapshot, track


def demand_inter() -> None:
    """Stop without the font that the documentation's pictures are taken with."""
    fonts = subprocess.run(
        [shutil.which("fc-list") or "fc-list", "Inter"], capture_output=True, check=True
    )
    if not fonts.stdout:
        raise SystemExit("the pictures are taken with Inter: apt-get install fonts-inter")


def _palette(*colours: str) -> dict[str, dict[str, str]]:
    names = ("bg", "fg", "mu", "ac")
    sets = [dict(zip(names, colours[n : n + 4], strict=True)) for n in (0, 4, 8)]
    return dict(zip(("light", "dark", "bold"), sets, strict=True))


PALETTES = {
    "lanterns": _palette(
        *("#fdf2ed", "#2d1a11", "#7d6257", "#ab5631"),
        *("#251813", "#faf4f1", "#bca59c", "#f29670"),
        *("#8a3d1d", "#ffffff", "#f3d9cd", "#ffe3d6"),
    ),
    "orbit": _palette(
        *("#eff3fd", "#161c2e", "#5d667d", "#3f62c9"),
        *("#171b26", "#f2f4fa", "#a0a9bf", "#8eabff"),
        *("#344c95", "#ffffff", "#c6d2f6", "#e6ecff"),
    ),
    "violet": _palette(
        *("#f6f1fd", "#221a2e", "#6b6179", "#8b4fc0"),
        *("#1f1926", "#f6f3fa", "#b1a6bf", "#cf94ff"),
        *("#673a84", "#ffffff", "#dfcbea", "#f3e5fb"),
    ),
    "fern": _palette(
        *("#edf6ee", "#13231a", "#56695c", "#2e7d4a"),
        *("#161e17", "#f1f6f2", "#a0b0a4", "#76cd8c"),
        *("#1d622e", "#ffffff", "#bfe0c6", "#e2f5e6"),
    ),
    "bloom": _palette(
        *("#f3f3f3", "#1c1c1c", "#646464", "#1c1c1c"),
        *("#1c1c1c", "#f6f6f6", "#a6a6a6", "#f6f6f6"),
        *("#3a3a3a", "#ffffff", "#d0d0d0", "#ffffff"),
    ),
    "notes": _palette(
        *("#faf3df", "#2a220c", "#736640", "#8f6d00"),
        *("#211c10", "#f8f4ea", "#b5aa8c", "#e0b012"),
        *("#6e5300", "#ffffff", "#eddfb4", "#fff2c9"),
    ),
}


def _canvas(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (600, 600), colour)
    return image, ImageDraw.Draw(image)


def _lanterns() -> Image.Image:
    image, draw = _canvas("#f4b183")
    for y in range(380):
        draw.line([(0, y), (600, y)], fill=(246, 214 - y // 8, 176 - y // 6))
    draw.ellipse((320, 130, 480, 290), fill="#fff0d2")
    for top, colour in ((300, "#f0a066"), (360, "#d5705c"), (420, "#a4455a"), (490, "#6a2c58")):
        ridge = [(x, top + 22 * ((x // 60 + top // 60) % 3)) for x in range(0, 661, 60)]
        draw.polygon([*ridge, (660, 600), (0, 600)], fill=colour)
    return image


def _orbit() -> Image.Image:
    image, draw = _canvas("#0d1224")
    rings = ("#22308f", "#2d49b8", "#3b62dc", "#5d86f5", "#96b4fb", "#dfe8ff", "#0d1224", "#ff7a5c")
    for n, colour in enumerate(rings):
        outer = 420 - n * 50
        for radius, fill in ((outer, colour), (outer - 26 if n < 6 else 0, "#0d1224")):
            draw.ellipse((180 - radius, 420 - radius, 180 + radius, 420 + radius), fill=fill)
    return image


def _violet() -> Image.Image:
    image, draw = _canvas("#e9d3fb")
    for n, colour in enumerate(("#f6b6e6", "#dd7fe0", "#b257dd", "#8645cf", "#5e37b0", "#3d2a86")):
        top = 150 + n * 75
        wave = [(x, top + 40 * (x / 300 - 1) ** 2 - 30 * (n % 2)) for x in range(0, 601, 20)]
        draw.polygon([*wave, (600, 600), (0, 600)], fill=colour)
    return image


def _fern() -> Image.Image:
    image, draw = _canvas("#f2efdc")
    tones = ("#0f3d2e", "#b9d87a", "#1f6b4a", "#e6b84a", "#58a068")
    for n in range(16):
        x, y = n % 4 * 150, n // 4 * 150
        draw.rectangle((x, y, x + 150, y + 150), fill=tones[n * 3 % 5])
        draw.pieslice((x, y, x + 300, y + 300), 180, 270, fill=tones[(n * 2 + 1) % 5])
        draw.rectangle((x + 150, y, x + 300, y + 150), fill="#f2efdc")
    return image


def _bloom() -> Image.Image:
    image, draw = _canvas("#e7e6e1")
    for x in range(20, 600, 26):
        for y in range(20, 600, 26):
            r = max(1.5, 12 - ((x - 300) ** 2 + (y - 300) ** 2) ** 0.5 / 24)
            draw.ellipse((x - r, y - r, x + r, y + r), fill="#171717")
    return image


def _notes() -> Image.Image:
    image, draw = _canvas("#f5c531")
    draw.rectangle((0, 380, 600, 600), fill="#1f2a3c")
    draw.ellipse((210, 100, 390, 370), outline="#1f2a3c", width=60)
    draw.rectangle((285, 420, 315, 500), fill="#f5c531")
    return image


def covers() -> dict[str, bytes]:
    """Draw the six made-up covers that the palettes above belong to (PNG, 300 px)."""
    drawn = {}
    for draw in (_lanterns, _orbit, _violet, _fern, _bloom, _notes):
        data = io.BytesIO()
        draw().resize((300, 300), Image.Resampling.LANCZOS).save(data, "PNG")
        drawn[draw.__name__.removeprefix("_")] = data.getvalue()
    return drawn


def _item(name: str, title: str, byline: str, **changes: Any) -> dict[str, Any]:
    art = [{"url": f"/art/{name}", "width": 300, "height": 300}]
    palette = PALETTES[name]
    return track(title=title, byline=byline, uri=title, art=art, palette=palette, **changes)


LANTERNS = _item("lanterns", "Paper Lanterns", "Nova Halden")
ORBIT = _item("orbit", "Low Orbit", "Marlow & the Tides, Ines Okafor", explicit=True)
VIOLET = _item("violet", "Violet Hour", "Sable Quartet")
FERN = _item("fern", "Houseplants Remember", "Fern Atelier")
BLOOM = _item("bloom", "Static Bloom", "Grey Cardigan")
EPISODE = _item(
    "notes",
    "Why small servers still matter more than you think",
    "Field Notes",
    kind="episode",
    duration_ms=3_900_000,
)
LONG = _item(
    "violet",
    "The Night We Walked the Whole Way Home Along the River (feat. Everyone)",
    "The Improbably Long Named Orchestra of the Northern Coast",
    explicit=True,
)
LOCAL = track(
    kind="local", uri="l", title="demo_take_final_v7", byline="", url=None, art=[], palette=None
)
BARE = BLOOM | {"palette": None}
HEBREW = LANTERNS | {"title": "לילה ארוך בנמל", "byline": "נועה הלדן"}
JAPANESE = ORBIT | {"title": "夜明け前の路面電車と、君の古いラジオ", "byline": "霧島アトリエ"}

STATES = [
    ("playing", {}, snapshot(item=LANTERNS)),
    ("podcast episode", {}, snapshot(item=EPISODE, position_ms=1_421_000)),
    ("nothing yet", {}, snapshot("nothing")),
    ("paused", {}, snapshot("paused", item=LANTERNS)),
    ("local file, no cover", {}, snapshot(item=LOCAL)),
    ("connecting", {}, None),
    ("last played", {}, snapshot("idle", item=BLOOM)),
    ("long names, explicit", {}, snapshot(item=LONG)),
    ("no palette sent", {}, snapshot(item=BARE)),
    ("offline", {}, snapshot("idle", item=BLOOM, health="offline")),
    ("ad break", {}, snapshot("ad")),
    ("unknown", {}, snapshot("unknown", item=ORBIT)),
    ("right to left", {"dir": "rtl"}, snapshot(item=HEBREW)),
    ("right-to-left title", {}, snapshot(item=HEBREW)),
    ("japanese", {}, snapshot(item=JAPANESE)),
]
VARIANTS = [
    ("wide", {"w": 400}, snapshot(item=LANTERNS)),
    ("wide, bold", {"w": 400, "tint": "bold"}, snapshot(item=ORBIT, position_ms=110_000)),
    ("wide, no tint", {"w": 400, "tint": "none"}, snapshot(item=VIOLET)),
    ("compact", {"w": 296}, snapshot(item=VIOLET)),
    ("compact, explicit", {"w": 296}, snapshot("paused", item=ORBIT)),
    ("compact, last played", {"w": 296}, snapshot("idle", item=BLOOM, ended_at=NOW - 10_900_000)),
    ("compact, ad", {"w": 296}, snapshot("ad")),
    ("wide, 320", {"w": 320}, snapshot("idle", item=FERN)),
    ("without a cover", {"w": 400, "art": "none"}, snapshot(item=FERN)),
    ("compact, offline", {"w": 260}, snapshot("idle", item=BLOOM, health="offline")),
    ("compact, 180", {"w": 180}, snapshot(item=FERN)),
    ("bento", {"w": 300, "variant": "bento"}, snapshot(item=VIOLET)),
    ("bento, bold", {"w": 288, "variant": "bento", "tint": "bold"}, snapshot(item=FERN)),
    ("bento, long", {"w": 288, "variant": "bento"}, snapshot(item=LONG)),
    ("bento, last played", {"w": 288, "variant": "bento"}, snapshot("idle", item=BLOOM)),
    ("bento, nothing", {"w": 240, "variant": "bento"}, snapshot("nothing")),
    ("bento, small", {"w": 220, "variant": "bento", "tint": "none"}, snapshot(item=LANTERNS)),
    ("bento, no cover", {"w": 220, "variant": "bento", "art": "none"}, snapshot(item=VIOLET)),
    ("bento, 160", {"w": 160, "variant": "bento"}, snapshot(item=LONG)),
    ("hero", {"w": 1248, "variant": "hero"}, snapshot(item=LANTERNS)),
    ("hero, bold", {"w": 1248, "variant": "hero", "tint": "bold"}, snapshot(item=ORBIT)),
    ("hero, long", {"w": 720, "variant": "hero"}, snapshot(item=LONG)),
    ("hero, last played", {"w": 500, "variant": "hero"}, snapshot("idle", item=VIOLET)),
]

STYLE = """
body{margin:0;padding:40px;background:#f3f2ee;color:#8a8984;
font:13px/1.4 Inter;display:flex;flex-wrap:wrap;gap:28px;width:1290px}
body.dark{background:#0e0e10}
figure{margin:0}figcaption{margin:0 0 8px 2px}
"""

HANG = """({cards, theme}) => {
  document.body.className = theme;
  for (const [caption, {w = 400, ...attributes}, data] of cards) {
    const [figure, words, card] = ['figure', 'figcaption', 'now-playing']
      .map((tag) => document.createElement(tag));
    words.textContent = caption;
    figure.style.width = w + 'px';
    for (const [name, value] of Object.entries({...attributes, theme})) {
      card.setAttribute(name, value);
    }
    if (!data) card.setAttribute('server', 'http://127.0.0.1:9/');
    card.data = data;
    figure.append(words, card);
    document.body.append(figure);
  }
}"""


async def hang(browser: Browser, stage: Stage, theme: str, cards: list[Any], path: Path) -> None:
    """Save one picture with all these cards."""
    page = await browser.new_page(
        device_scale_factor=1.5, viewport={"width": 1370, "height": 300}, reduced_motion="reduce"
    )
    await page.goto(f"{stage.origin}/gallery")
    await page.add_style_tag(content=STYLE)
    await page.evaluate(HANG, {"cards": json.loads(json.dumps(cards)), "theme": theme})
    await page.wait_for_timeout(900)
    await page.screenshot(path=path, full_page=True)
    await page.close()


async def main(folder: Path) -> None:
    """Save states and variants, light and dark."""
    demand_inter()
    async with Stage(art=covers()) as stage, async_playwright() as playwright:
        stage.pages["/gallery"] = "<!doctype html><script src=/card.js></script>"
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for theme in ("light", "dark"):
            await hang(browser, stage, theme, STATES, folder / f"states-{theme}.png")
            await hang(browser, stage, theme, VARIANTS, folder / f"variants-{theme}.png")
        await browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
