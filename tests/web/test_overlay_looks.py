"""The overlay's looks: transparent, no flash, eight themes, any text, the streamer's own CSS."""

import asyncio
import io

import pytest
from obs import card, open_overlay, title
from PIL import Image
from playwright.async_api import Route, expect
from stage import NOW, PALETTE, Open, Stage, cover, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

THEMES = {
    "slab": "rgb(18, 18, 20)",
    "paper": "rgb(255, 255, 255)",
    "tint": "rgb(37, 24, 19)",
    "bold": "rgb(140, 63, 30)",
    "bare": "rgba(0, 0, 0, 0)",
    "pill": "rgb(18, 18, 20)",
    "tower": "rgb(37, 24, 19)",
    "strip": "rgb(18, 18, 20)",
}
LONG = "The Night We Walked the Whole Way Home Along the River (feat. Everyone)"


@pytest.mark.parametrize("theme", THEMES)
async def test_theme_has_its_ground(open_page: Open, stage: Stage, theme: str) -> None:
    """Neutral, from the cover, or none at all."""
    page = await open_overlay(open_page, stage, f"theme={theme}", height=434)

    await expect(card(page)).to_have_css("background-color", THEMES[theme])
    await expect(title(page)).to_have_text("Paper Lanterns")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", ["s", "l"])
async def test_attribution_and_cover_keep_spotifys_rules(
    open_page: Open, stage: Stage, theme: str, size: str
) -> None:
    """The mark is there, at least 21 px wide, black or white; the cover whole and square."""
    page = await open_overlay(
        open_page, stage, f"theme={theme}&size={size}&in=none", width=800, height=700
    )
    mark = page.get_by_role("img", name="Spotify")

    await expect(mark).to_be_visible()

    drawn = await mark.locator("path").evaluate(
        "(path) => [path.getBoundingClientRect().width, getComputedStyle(path).fill]"
    )
    box = await page.locator(".np-cover").bounding_box()
    assert box is not None
    assert drawn[0] >= 21
    assert drawn[1] in {"rgb(0, 0, 0)", "rgb(255, 255, 255)"}
    assert box["width"] == pytest.approx(box["height"])
    await expect(page.locator(".np-cover")).to_have_css("object-fit", "contain")


async def test_everything_around_it_is_transparent(open_page: Open, stage: Stage) -> None:
    """The game shows through wherever the slab and its shadow are not."""
    page = await open_overlay(open_page, stage, "in=none")
    await expect(card(page)).to_be_visible()

    image = Image.open(io.BytesIO(await page.screenshot(omit_background=True)))

    assert image.getpixel((1, 1)) == (0, 0, 0, 0)
    assert image.getpixel((300, 35)) == (18, 18, 20, 255)


async def test_nothing_is_drawn_before_the_first_snapshot(open_page: Open, stage: Stage) -> None:
    """OBS reloads the page whenever it likes; no empty box may flash on stream."""
    page = await open_page(path="/overlay", viewport={"width": 520, "height": 160})
    await stage.until(lambda it: it.opened == 1)

    image = Image.open(io.BytesIO(await page.screenshot(omit_background=True)))

    assert image.getextrema() == ((0, 0), (0, 0), (0, 0), (0, 0))
    await stage.play(snapshot())
    await expect(card(page)).to_be_visible()


async def test_strip_keeps_the_artist_below_the_title(open_page: Open, stage: Stage) -> None:
    """Also where no bar stands beside them: idle, or not wished."""
    frame = snapshot("idle", ended_at=NOW - 12 * 60_000)

    page = await open_overlay(
        open_page, stage, "theme=strip&idle=last&in=none", frame=frame, width=1920, height=88
    )
    await expect(card(page)).to_be_visible()

    above = await title(page).bounding_box()
    below = await page.locator(".np-details").bounding_box()
    assert above is not None
    assert below is not None
    assert below["x"] == above["x"]
    assert below["y"] >= above["y"] + above["height"]


async def test_pill_stands_on_one_line(open_page: Open, stage: Stage) -> None:
    """Title and artist on the same baseline, with and without the signs between them."""
    tops = []
    for explicit in (False, True):
        frame = snapshot("paused" if explicit else "playing", item=track(explicit=explicit))
        page = await open_overlay(
            open_page, stage, "theme=pill&lang=en", frame=frame, reduced_motion="reduce"
        )
        await expect(card(page)).to_be_visible()
        box = await page.locator(".np-byline").bounding_box()
        assert box is not None
        tops.append(box["y"])

    assert tops[0] == pytest.approx(tops[1], abs=0.5)


async def test_first_picture_has_cover_and_title_together(open_page: Open, stage: Stage) -> None:
    """The cover is decoded before anything is to be seen."""
    page = await open_page(path="/overlay")
    await page.evaluate(
        """() => new MutationObserver((_, watch) => {
          const root = document.querySelector('.np.is-shown');
          if (!root) return;
          watch.disconnect();
          window.first = root.querySelector('img').complete && root.textContent;
        }).observe(document.body, {attributes: true, subtree: true})"""
    )

    await stage.play(snapshot())

    await expect(card(page)).to_be_visible()
    assert "Paper Lanterns" in await page.evaluate("() => window.first")


async def test_late_cover_does_not_keep_the_title_waiting(open_page: Open, stage: Stage) -> None:
    """After a second and a half the title comes alone, and the cover when it is there."""
    page = await open_page(path="/overlay", clock=True)
    asked: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/art/lanterns", asked.put)
    await stage.until(lambda it: it.opened == 1)
    await stage.play(snapshot())
    route = await asked.get()

    await page.clock.run_for(1600)

    await expect(card(page)).to_be_visible()
    await expect(page.locator(".np-cover")).to_have_count(0)
    await route.fulfill(body=cover(), content_type="image/png")
    await expect(page.locator(".np-cover")).to_be_visible()


async def test_note_stands_where_no_cover_is(open_page: Open, stage: Stage) -> None:
    """A local file has none, and what cannot be loaded is none."""
    item = track(art=[{"url": "/art/gone", "width": 300, "height": 300}])

    page = await open_overlay(open_page, stage, frame=snapshot(item=item))

    await expect(page.locator(".np-note")).to_be_visible()
    await expect(page.locator(".np-cover")).to_have_count(0)


async def test_local_file_says_so_instead_of_an_artist(open_page: Open, stage: Stage) -> None:
    """Its title is all there is."""
    item = track(kind="local", title="demo_take_7", byline="", url=None, art=[], palette=None)

    page = await open_overlay(open_page, stage, frame=snapshot(item=item))

    await expect(page.locator(".np-byline")).to_have_text("Local file")


async def test_explicit_items_carry_their_badge(open_page: Open, stage: Stage) -> None:
    """It is mandatory for viewers in South Korea."""
    page = await open_overlay(open_page, stage, frame=snapshot(item=track(explicit=True)))

    await expect(page.get_by_role("img", name="Explicit")).to_be_visible()


async def test_tint_without_palette_is_neutral(open_page: Open, stage: Stage) -> None:
    """Colours that never came, or are none, leave the slab's."""
    palette = PALETTE | {"dark": {"bg": "url(//evil)", "fg": "red;x", "mu": None}}

    page = await open_overlay(
        open_page, stage, "theme=tint", frame=snapshot(item=track(palette=palette))
    )

    await expect(card(page)).to_have_css("background-color", THEMES["slab"])


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "</span><script>alert(1)</script>",
        "{{constructor.constructor('alert(1)')()}}",
        "A" * 300,
        "Z̷̢͖͓͎̗̏̓a̸͇͋l̷̳̈g̵̲̈́o̶̗͌",
    ],
)
async def test_hostile_text_stays_text(open_page: Open, stage: Stage, text: str) -> None:
    """Whatever a title says, it is shown as it is, inside the card."""
    frame = snapshot(item=track(title=text, byline=text))

    page = await open_overlay(open_page, stage, frame=frame)

    await expect(title(page)).to_have_text(text)
    await expect(page.locator(".np-byline")).to_have_text(text)
    box = await card(page).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (480, 120)
    await expect(page.locator("script, img")).to_have_count(2)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://evil.example/a.png", "", 7])
async def test_hostile_cover_address_is_never_loaded(
    open_page: Open, stage: Stage, url: object
) -> None:
    """Only https, or the server itself."""
    item = track(art=[{"url": url, "width": 300, "height": 300}])

    page = await open_overlay(open_page, stage, frame=snapshot(item=item))

    await expect(page.locator(".np-note")).to_be_visible()


@pytest.mark.parametrize(("text", "side"), [(LONG, "left"), ("לילה ארוך בנמל " * 6, "right")])
async def test_long_title_shows_its_beginning(
    open_page: Open, stage: Stage, text: str, side: str
) -> None:
    """It fades out where it is cut, on the left if it is read from the right."""
    page = await open_overlay(
        open_page, stage, "in=none", frame=snapshot(item=track(title=text)), reduced_motion="reduce"
    )
    await expect(card(page)).to_be_visible()

    offset = await title(page).evaluate(
        """(box, side) => box.getBoundingClientRect()[side]
          - box.firstElementChild.getBoundingClientRect()[side]""",
        side,
    )

    assert offset == pytest.approx(0, abs=0.5)
    await expect(title(page)).to_have_css(
        "mask-image",
        f"linear-gradient({'' if side == 'left' else '-'}90deg,"
        " rgb(0, 0, 0) calc(100% - 28px), rgba(0, 0, 0, 0))",
    )


async def test_long_title_passes_by_once(open_page: Open, stage: Stage) -> None:
    """There and back again; after that nothing moves any more."""
    page = await open_overlay(open_page, stage, "ms=0", frame=snapshot(item=track(title=LONG)))
    await expect(card(page)).to_be_visible()
    line = title(page).locator(".np-line")

    await line.evaluate("(line) => line.getAnimations()[0].finish()")

    assert await line.evaluate("(line) => line.getAnimations().length") == 0
    await expect(line).to_have_css("transform", "none")


@pytest.mark.parametrize("way", ["appendChild(document.createTextNode(css))", "innerHTML = css"])
async def test_custom_css_of_obs_wins(open_page: Open, stage: Stage, way: str) -> None:
    """Newer and older OBS add a style element in different ways; both are let in."""
    page = await open_overlay(open_page, stage, "theme=tint")
    css = ":root { --np-bg: #00334d } .np-title { text-decoration: underline }"

    await page.evaluate(
        f"""(css) => {{
          const style = document.createElement('style');
          style.{way};
          document.querySelector('head').appendChild(style);
        }}""",
        css,
    )

    await expect(card(page)).to_have_css("background-color", "rgb(0, 51, 77)")
    await expect(title(page)).to_have_css("text-decoration-line", "underline")


FONT_SHEET = "@font-face { font-family: Chunky; src: url(https://fonts.example/chunky.woff2) }"
FONT_DATA = "@font-face { font-family: Chunky; src: url(data:font/woff2;base64,AAAA) }"


@pytest.mark.parametrize(
    ("css", "asks"),
    [
        ("@import url(https://fonts.example/css?family=Chunky);", ["css", "chunky.woff2"]),
        (FONT_SHEET, ["chunky.woff2"]),
        (FONT_DATA, []),
        (".np-note { background: url(data:image/png;base64,AAAA) }", []),
    ],
)
async def test_custom_css_may_bring_fonts_from_the_web(
    open_page: Open, stage: Stage, css: str, asks: list[str]
) -> None:
    """Streamers paste the line that a font's page gives them; a refused one fails this test."""
    page = await open_overlay(open_page, stage)
    asked: asyncio.Queue[str] = asyncio.Queue()

    async def answer(route: Route) -> None:
        asked.put_nowait(route.request.url.rpartition("/")[2].partition("?")[0])
        await route.fulfill(
            body=FONT_SHEET if "css" in route.request.url else b"",
            content_type="text/css",
            headers={"Access-Control-Allow-Origin": "*"},
        )

    await page.route("https://fonts.example/**", answer)
    await page.evaluate(
        """(css) => {
          const style = document.createElement('style');
          style.append(css);
          document.head.append(style);
        }""",
        css + ":root { --np-font: Chunky }",
    )

    async with asyncio.timeout(10):
        assert [await asked.get() for _ in asks] == asks
    await expect(title(page)).to_have_css("font-family", "Chunky")


async def test_idle_since_is_said_when_it_is_wished(open_page: Open, stage: Stage) -> None:
    """With idle=last the last item stays, with a word that it is not live."""
    frame = snapshot("idle", ended_at=NOW - 12 * 60_000)

    page = await open_overlay(open_page, stage, "idle=last&lang=en", frame=frame)

    await expect(page.locator(".np-label")).to_have_text("Last played 12 min. ago")
    await expect(page.locator(".np-bar")).to_be_hidden()
