"""The card wherever a page puts it: boxes that shrink, small tiles, dark pages, paper."""

import json

import pytest
from playwright.async_api import Locator, Page, expect
from stage import Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def box(part: Locator) -> dict[str, float]:
    """Return where a part is, as far as it can be seen or not."""
    found: dict[str, float] = await part.evaluate("(node) => node.getBoundingClientRect().toJSON()")
    return found


async def put_into(page: Page, css: str) -> Locator:
    """Style the box around the card, which no strict policy forbids a script to do."""
    await page.locator("#box").evaluate("(box, css) => (box.style.cssText = css)", css)
    return page.locator("now-playing")


@pytest.mark.parametrize(
    "css",
    [
        "display: inline-block",
        "display: grid; place-content: center",
        "display: flex; flex-direction: column; align-items: center",
        "position: absolute",
        "float: left",
    ],
)
async def test_card_is_seen_in_a_box_as_wide_as_its_content(
    open_page: Open, stage: Stage, css: str
) -> None:
    """Such a box asks the card for its width; it is not 0, and fits a phone."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(
        "<div id=box><now-playing></now-playing></div>", viewport={"width": 360, "height": 600}
    )

    card = await put_into(page, css)

    assert await card.evaluate("(card) => card.offsetWidth") >= 300
    assert await page.evaluate("() => document.documentElement.scrollWidth") == 360


async def test_card_gives_way_in_a_row(open_page: Open, stage: Stage) -> None:
    """Beside something that does not, it takes what is left."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(
        "<div id=box><now-playing></now-playing><canvas width=200 height=9></canvas></div>"
    )

    card = await put_into(page, "display: flex; width: 420px")

    await expect(card.locator(".compact")).to_be_visible()
    assert await card.evaluate("(card) => card.offsetWidth") == 220


@pytest.mark.parametrize("variant", ["compact", "bento"])
async def test_small_tile_keeps_cover_title_and_mark(
    open_page: Open, stage: Stage, variant: str
) -> None:
    """At 160 px the line of the state makes room; its name stays for those who listen."""
    stage.frame = json.dumps(snapshot(item=track(title="Long Night in the Harbour")))
    page = await open_page(f"<now-playing variant={variant}></now-playing>")
    card = page.locator("now-playing")

    await card.evaluate("(card) => (card.style.width = '160px')")

    await expect(card.locator("[part=status]")).to_be_hidden()
    await expect(page.get_by_role("group", name="Now playing")).to_be_visible()
    art, title, mark = [
        await box(card.locator(part)) for part in ("[part=artwork]", "[part=title]", "b >> nth=1")
    ]
    assert min(art["width"], art["height"]) >= 40
    assert title["width"] >= 50
    assert mark["left"] >= title["right"] or mark["bottom"] <= title["top"]


@pytest.mark.parametrize("width", [260, 340, 420])
async def test_cover_of_a_tile_takes_what_the_text_leaves(
    open_page: Open, stage: Stage, width: int
) -> None:
    """No hole between them, whatever the size; a large one has the large picture."""
    art = [{"url": "/art/lanterns"}, {"url": "/art/small"}]
    stage.frame = json.dumps(snapshot(item=track(art=art)))
    page = await open_page("<div id=box><now-playing variant=bento></now-playing></div>")

    card = await put_into(page, f"width: {width}px")

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()
    cover, body = [await box(card.locator(f"[part={part}]")) for part in ("artwork", "body")]
    assert body["top"] - cover["bottom"] == pytest.approx(12, abs=0.1)
    assert cover["width"] == pytest.approx(cover["height"], abs=0.1)
    wanted = "small" if width < 300 else "lanterns"
    await expect(card.locator("[part=art]")).to_have_attribute(
        "src", f"{stage.origin}/art/{wanted}"
    )


GROUND = "(card) => getComputedStyle(card.shadowRoot.querySelector('.card')).backgroundColor"
LIGHT, DARK = "rgb(253, 242, 237)", "rgb(37, 24, 19)"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [("dark", DARK), ("light", LIGHT), ("light dark", LIGHT), ("normal", LIGHT)],
)
async def test_card_is_as_dark_as_its_page(
    open_page: Open, stage: Stage, scheme: str, expected: str
) -> None:
    """A page that says what it is has the first word, then the visitor, here one by daylight."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<p></p>", color_scheme="light")

    await page.evaluate(
        """(scheme) => {
          document.documentElement.style.colorScheme = scheme;
          document.querySelector('main').append(document.createElement('now-playing'));
        }""",
        scheme,
    )

    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")
    assert await card.evaluate(GROUND) == expected


async def test_paper_shows_the_mark_and_the_colours(open_page: Open, stage: Stage) -> None:
    """Browsers leave grounds out when they print, and the mark is drawn as one."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing theme=dark></now-playing>")
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()

    await page.emulate_media(media="print")

    adjust = "(mark) => getComputedStyle(mark).printColorAdjust"
    assert await page.locator("now-playing [part=source] b").evaluate(adjust) == "exact"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
async def test_bar_grows_from_where_the_text_starts(
    open_page: Open, stage: Stage, direction: str
) -> None:
    """Whether the page says so in HTML or in CSS."""
    stage.frame = json.dumps(snapshot("paused"))
    page = await open_page("<div id=box><now-playing></now-playing></div>")

    card = await put_into(page, f"direction: {direction}")
    await expect(card).to_have_attribute("data-state", "paused")

    bar, fill = [await box(card.locator(f"[part={part}]")) for part in ("bar", "fill")]
    start, end = ("right", "left") if direction == "rtl" else ("left", "right")
    filled = abs(fill[end] - bar[start]) / bar["width"]
    assert filled == pytest.approx(62_013 / 211_000, abs=0.005)
    assert bar["left"] < fill[end] < bar["right"]
