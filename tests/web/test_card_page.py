"""The card as a guest on somebody's page: it shifts nothing, breaks nothing, shuts nobody out."""

import json

import pytest
from playwright.async_api import expect
from stage import WEB, Axe, Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

FALLBACK = "<now-playing><a href=/elsewhere>What I am listening to</a></now-playing>"
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const add = ({value}) => { sum += value; };
  new PerformanceObserver((list) => list.getEntries().forEach(add))
    .observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 100)));
})"""


async def test_fallback_stays_until_the_first_snapshot(open_page: Open, stage: Stage) -> None:
    """The page's own content is shown first, and gives way to the card."""
    page = await open_page(FALLBACK)
    await stage.until(lambda s: s.opened == 1)
    await expect(page.get_by_text("What I am listening to")).to_be_visible()

    await stage.play(snapshot())

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()
    await expect(page.get_by_text("What I am listening to")).to_be_hidden()


async def test_fallback_stays_without_a_server(open_page: Open, stage: Stage) -> None:
    """Where no server answers the page looks as if there were no card."""
    stage.refuses = {"ws", "events"}
    page = await open_page(FALLBACK, clock=True)
    await stage.until(lambda s: "ws" in s.asked)

    await page.clock.run_for(100_000)

    await expect(page.get_by_text("What I am listening to")).to_be_visible()
    await expect(page.locator("now-playing")).to_have_attribute("data-state", "offline")


async def test_fallback_is_all_there_is_without_javascript(open_page: Open, stage: Stage) -> None:
    """A reader with scripts off sees the link inside the tag."""
    stage.frame = json.dumps(snapshot())

    page = await open_page(FALLBACK, java_script_enabled=False)

    await expect(page.get_by_role("link", name="What I am listening to")).to_be_visible()
    assert stage.asked.get("ws") is None


async def test_card_without_a_fallback_reserves_its_place(open_page: Open, stage: Stage) -> None:
    """An empty sleeve of the final size, and not a pixel shifts when the snapshot comes."""
    page = await open_page("<now-playing></now-playing><p>Below</p>")
    await stage.until(lambda s: s.opened == 1)
    before = await page.get_by_text("Below").bounding_box()

    await stage.play(snapshot())
    await expect(page.get_by_role("link")).to_be_visible()

    assert await page.get_by_text("Below").bounding_box() == before
    assert await page.evaluate(SHIFT) == 0


@pytest.mark.parametrize("variant", ["wide", "compact", "bento", "hero"])
async def test_no_state_shifts_the_page(open_page: Open, stage: Stage, variant: str) -> None:
    """From state to state, long title to short, cover to none: below nothing moves.

    Inside the card a label may start elsewhere when its glyph goes, 0.0001 by Chromium's measure.
    """
    stage.frame = json.dumps(snapshot())
    page = await open_page(f"<now-playing variant={variant}></now-playing><p>Below</p>")
    card = page.locator("now-playing")
    before = await page.get_by_text("Below").bounding_box()

    for seq, state in enumerate(("idle", "playing", "nothing", "ad", "paused", "unknown"), 2):
        await stage.play(snapshot(state, seq=seq))
        await expect(card).to_have_attribute("data-state", state)
    await stage.play(snapshot(seq=20, item=track(uri="u", title="long " * 60, art=[])))
    await expect(card).to_have_attribute("data-state", "playing")

    assert await page.evaluate(SHIFT) < 0.0005
    assert await page.get_by_text("Below").bounding_box() == before


async def test_strict_policy_with_trusted_types_is_enough(open_page: Open, stage: Stage) -> None:
    """Under default-src 'none' the card is styled, and the fixture hears no violation."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(path="/embed")
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()

    await expect(page.locator("now-playing [part=art]")).to_be_visible()
    colour = (
        "(card) => getComputedStyle(card.shadowRoot.querySelector('[part=card]')).backgroundColor"
    )
    assert await page.locator("now-playing").evaluate(colour) == "rgb(253, 242, 237)"


async def test_hostile_page_style_stays_outside(open_page: Open, stage: Stage) -> None:
    """A page that shouts at every element does not reach into the card."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    height = await page.locator("now-playing").evaluate("(card) => card.offsetHeight")

    await page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('* {font: 40px/3 serif; text-transform: uppercase}');
          document.adoptedStyleSheets = [sheet];
        }"""
    )

    title = page.locator("now-playing [part=title]")
    style = """(line) => {
      const {fontSize, textTransform, lineHeight} = getComputedStyle(line);
      return [fontSize, textTransform, lineHeight];
    }"""
    assert await title.evaluate(style) == ["18px", "none", "24px"]
    assert await page.locator("now-playing").evaluate("(card) => card.offsetHeight") == height


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
async def test_axe_finds_nothing_in_any_state(
    open_page: Open, axe: Axe, theme: str, forced: str
) -> None:
    """No violation of WCAG 2.2 A and AA or of best practice, in every state and variant."""
    page = await open_page("<p></p>", color_scheme=theme, forced_colors=forced, bypass_csp=True)
    frames = [
        snapshot(state) for state in ("playing", "paused", "idle", "nothing", "ad", "unknown")
    ]
    frames += [
        snapshot(health="offline"),
        snapshot(item=track(explicit=True)),
        snapshot(item=track(kind="local", url=None, art=[], palette=None)),
    ]
    await page.evaluate(
        """(frames) => {
          for (const variant of ['wide', 'compact', 'bento', 'hero']) {
            for (const frame of frames) {
              for (const tint of ['soft', 'bold', 'none']) {
                const card = document.createElement('now-playing');
                card.setAttribute('variant', variant);
                card.setAttribute('tint', tint);
                if (tint === 'none') {
                  card.setAttribute('links', 'none');
                  card.setAttribute('art', 'none');
                  card.setAttribute('announce', '');
                }
                card.data = frame;
                card.style.setProperty('width', '300px');
                document.querySelector('main').append(card);
              }
            }
          }
        }""",
        frames,
    )

    assert await axe(page) == []


async def test_keyboard_reaches_the_card_with_one_stop(open_page: Open, stage: Stage) -> None:
    """Tab once in, once out, with a ring around the whole tile."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing></now-playing><button>After</button>")
    await expect(page.get_by_role("link")).to_be_visible()

    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_focused()
    ring = "(a) => getComputedStyle(a).outlineWidth"
    assert await page.get_by_role("link").evaluate(ring) == "2px"
    await page.keyboard.press("Tab")

    await expect(page.get_by_role("button")).to_be_focused()


async def test_second_script_tag_is_harmless(open_page: Open, stage: Stage) -> None:
    """Two snippets on one page load the file twice; one element is defined."""
    stage.frame = json.dumps(snapshot())

    page = await open_page("<script src=/card.js></script><now-playing></now-playing>")

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()


async def test_file_works_as_a_module(open_page: Open, stage: Stage) -> None:
    """Imported as a module it takes the page's own server."""
    stage.frame = json.dumps(snapshot())
    stage.pages["/module"] = (
        '<!doctype html><script type="module" src="/card.js"></script><now-playing></now-playing>'
    )

    page = await open_page(path="/module")

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()


async def test_file_makes_no_markup_from_strings() -> None:
    """No innerHTML or its relatives, no eval, no style elements: by reading the source."""
    source = (WEB / "card.js").read_text(encoding="utf-8")

    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert word not in source
