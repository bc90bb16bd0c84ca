"""The image card as a browser draws it: an image anywhere, and no line beyond its edge."""

import base64
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page
from viewers import TRACK

from tonearm.poller.playback import Item, State
from tonearm.poller.simulated import covers
from tonearm.server.artwork.picture import as_jpeg, opened
from tonearm.server.public.words import Languages
from tonearm.server.views.looks import Looks
from tonearm.server.views.scene import Scene
from tonearm.server.views.svg import card

pytestmark = pytest.mark.asyncio(loop_scope="session")

COVER = as_jpeg(opened(covers.png("dusk", 300)), 192)
TITLES = {
    "latin": "Violet Hour (feat. The Wandering Illusionists) - Remastered 2011",
    "capitals": "WE WILL NEVER MEET AGAIN IN MAMMOTH WYOMING",
    "narrow": "Illicit lilt: till I fill it, jilt it, spill it, still it, kill it",
    "cyrillic": "Подмосковные вечера и широкие московские площади",
    "greek": "Τα παιδιά του Πειραιά και η μεγάλη θάλασσα",  # noqa: RUF001  (meant)
    "hebrew": "לילה ארוך בנמל הישן של העיר הגדולה שלנו",
    "arabic": "مصابيح ورقية فوق الميناء القديم في المدينة الكبيرة",
    "japanese": "夜明け前の路面電車と、君の古いラジオの歌をきいて",
    "korean": "새벽 네 시의 온도와 오래된 라디오에서 나오는 노래",
    "thai": "แสงจันทร์เหนือแม่น้ำเจ้าพระยาในคืนที่เงียบสงบ",
    "hindi": "चाँदनी रात में पुराने शहर की गलियों का गीत",
    "emoji": "🌊🎹🌙✨🔥🎧🌈🍀🚲🪐🐙🎈🌵🦊🎷",
}


def drawn(item: Item, lang: str = "en", theme: str = "auto") -> bytes:
    """Return the image."""
    words = Languages.load().words(lang)
    return card(Scene(State.PLAYING, item), words, Looks(theme=theme), picture=COVER)


async def show(browser: Browser, image: bytes, **options: str) -> Page:
    """Open a page that holds the image as GitHub's pages do."""
    page = await browser.new_page(**options)  # type: ignore[arg-type]
    source = base64.b64encode(image).decode()
    await page.set_content(f'<img alt="" src="data:image/svg+xml;base64,{source}">')
    await page.evaluate("document.images[0].decode()")
    return page


async def test_card_is_an_image_of_its_size(browser: Browser) -> None:
    """A browser decodes it without a word of complaint."""
    page = await show(browser, drawn(TRACK))

    size = await page.evaluate(
        "[document.images[0].naturalWidth, document.images[0].naturalHeight]"
    )
    await page.close()

    assert size == [400, 128]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_card_follows_who_looks_at_it(browser: Browser, scheme: str) -> None:
    """The same bytes are light on a light page and dark on a dark one."""
    shots = []
    for theme in ("auto", scheme):
        page = await show(browser, drawn(TRACK, theme=theme), color_scheme=scheme)
        shots.append(await page.locator("img").screenshot())
        await page.close()

    assert shots[0] == shots[1]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("script", TITLES)
async def test_no_line_leaves_its_place(browser: Browser, script: str, lang: str) -> None:
    """Widths are estimated for fonts that nobody knows; with these they hold."""
    text = TITLES[script]
    page = await browser.new_page()
    image = drawn(replace(TRACK, title=text, byline=text, explicit=True), lang)
    await page.set_content(image.decode())

    boxes = await page.evaluate(
        "[...document.querySelectorAll('text')].map(line => line.getBBox())"
        ".map(({x, width}) => [x, x + width])"
    )
    await page.close()

    least, most = (16, 272) if lang == "ar" else (128, 384)
    assert len(boxes) == len(list(ET.fromstring(image).iter("{http://www.w3.org/2000/svg}text")))
    assert all(least - 1 <= left and right <= most + 1 for left, right in boxes), boxes
