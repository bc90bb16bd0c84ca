"""What a visitor reads on the card in each state, in words and through assistive technology."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from stage import NOW, Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

READ = """(card) => [...card.shadowRoot.querySelectorAll(
  '[part=status-text],[part=title],[part=byline],[part=elapsed],[part=duration]')]
  .filter((node) => node.checkVisibility({visibilityProperty: true}) && node.textContent.trim())
  .map((node) => node.textContent.trim())"""


async def read(page: Page) -> list[str]:
    """Return the words that can be seen on the card, top to bottom."""
    words: list[str] = await page.locator("now-playing").evaluate(READ)
    return words


ITEM = ["Paper Lanterns", "Nova Halden"]
CASES: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "playing": (snapshot(), "playing", ["Now playing", *ITEM, "1:02", "3:31"]),
    "paused": (snapshot("paused"), "paused", ["Paused", *ITEM, "1:02", "3:31"]),
    "idle": (snapshot("idle"), "idle", ["Last played 12 min. ago", *ITEM]),
    "nothing": (snapshot("nothing"), "nothing", ["Nothing played yet", "Quiet so far"]),
    "ad": (snapshot("ad"), "ad", ["Ad break", "Back in a moment"]),
    "unknown": (snapshot("unknown"), "unknown", ["One moment", *ITEM]),
    "offline": (snapshot(health="offline"), "offline", ["Offline", *ITEM]),
    "stale": (snapshot(health="stale"), "offline", ["Offline", *ITEM]),
    "limited": (snapshot(health="limited"), "idle", ["Last played", *ITEM]),
    "login_needed": (
        snapshot("idle", health="login_needed"),
        "idle",
        ["Last played 12 min. ago", *ITEM],
    ),
    "refused, empty": (
        snapshot("nothing", health="refused"),
        "nothing",
        ["Nothing played yet", "Quiet so far"],
    ),
    "state of a later version": (
        snapshot("idle") | {"state": "dreaming"},
        "idle",
        ["Last played 12 min. ago", *ITEM],
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_card_says_what_the_state_is(open_page: Open, stage: Stage, case: str) -> None:
    """Each state has its words, and the same state in the element's attribute and property."""
    frame, state, words = CASES[case]
    stage.frame = json.dumps(frame)

    page = await open_page(clock=True)

    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", state)
    assert await read(page) == words
    assert await card.evaluate("(card) => card.state") == state
    await expect(page.get_by_role("group", name=words[0])).to_be_visible()


AGES_S = {
    10: "Last played just now",
    90: "Last played 1 min. ago",
    3 * 3600: "Last played 3 hr. ago",
    25 * 3600: "Last played yesterday",
    72 * 3600: "Last played 3 days ago",
    -30: "Last played just now",
}


async def test_age_is_told_in_words(open_page: Open, stage: Stage) -> None:
    """The age counts from the end of the play, by the server's clock, and is never negative."""
    page = await open_page(clock=True)
    await stage.until(lambda s: s.opened == 1)

    for seq, (age_s, words) in enumerate(AGES_S.items()):
        await stage.play(snapshot("idle", seq=seq, ended_at=NOW - age_s * 1000))
        await expect(page.get_by_text(words, exact=True)).to_be_visible()


async def test_age_grows_while_the_page_is_open(open_page: Open, stage: Stage) -> None:
    """A minute later it says so."""
    stage.frame = json.dumps(snapshot("idle"))
    page = await open_page(clock=True)
    await expect(page.get_by_text("Last played 12 min. ago", exact=True)).to_be_visible()

    await page.clock.run_for(61_000)

    await expect(page.get_by_text("Last played 13 min. ago", exact=True)).to_be_visible()


async def test_card_is_one_link_back_to_spotify(open_page: Open, stage: Stage) -> None:
    """The whole tile is one link that says what it is and where it goes."""
    stage.frame = json.dumps(snapshot())

    page = await open_page(clock=True)

    link = page.get_by_role("link", name="Paper Lanterns, Nova Halden. Open on Spotify")
    await expect(link).to_have_attribute(
        "href", "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"
    )
    await expect(page.get_by_role("link")).to_have_count(1)
    corner = """(card) => card.shadowRoot
      .elementFromPoint(card.offsetLeft + 380, card.offsetTop + 118).part[0]"""
    assert await page.locator("now-playing").evaluate(corner) == "link"


async def test_local_file_has_no_link_and_no_cover(open_page: Open, stage: Stage) -> None:
    """A file of the owner's own shows its title and a note glyph, and leads nowhere."""
    local = track(kind="local", title="demo_take", byline="", url=None, art=[], palette=None)
    stage.frame = json.dumps(snapshot(item=local))

    page = await open_page(clock=True)

    await expect(page.get_by_text("demo_take")).to_be_visible()
    assert await read(page) == ["Now playing", "demo_take", "Local file", "1:02", "3:31"]
    await expect(page.get_by_role("link")).to_have_count(0)
    await expect(page.locator("img")).to_be_hidden()


async def test_explicit_item_wears_the_badge(open_page: Open, stage: Stage) -> None:
    """The badge is one letter with a name, and is absent from other items."""
    stage.frame = json.dumps(snapshot(item=track(explicit=True)))
    page = await open_page(clock=True)
    await expect(page.get_by_role("img", name="Explicit")).to_be_visible()

    await stage.play(snapshot(seq=2))

    await expect(page.get_by_role("img", name="Explicit")).to_be_hidden()


async def test_mark_of_spotify_is_large_enough(open_page: Open, stage: Stage) -> None:
    """The design rules ask for at least 21 px, in every variant."""
    stage.frame = json.dumps(snapshot())

    page = await open_page(
        "<now-playing></now-playing><now-playing variant=compact></now-playing>"
        "<now-playing variant=bento></now-playing>"
    )

    marks = page.locator("now-playing [part=source] b")
    await expect(marks).to_have_count(3)
    for mark in await marks.all():
        box = await mark.bounding_box()
        assert box is not None
        assert box["width"] >= 21
        assert box["height"] >= 21


async def test_cover_is_whole_and_unaltered(open_page: Open, stage: Stage) -> None:
    """A wide picture is fitted, not cropped, and corners are rounded by 4 px."""
    stage.frame = json.dumps(snapshot())

    page = await open_page()

    cover = page.locator("now-playing [part=art]")
    await expect(cover).to_be_visible()
    style = """(img) => {
      const {objectFit, borderRadius, filter, opacity} = getComputedStyle(img);
      return [objectFit, borderRadius, filter, opacity];
    }"""
    assert await cover.evaluate(style) == ["contain", "4px", "none", "1"]


async def test_missing_cover_leaves_the_glyph(open_page: Open, stage: Stage) -> None:
    """A cover that cannot be loaded is not a broken picture."""
    stage.frame = json.dumps(snapshot(item=track(art=[{"url": "/art/gone"}])))

    page = await open_page()
    await stage.until(lambda s: s.asked.get("/art/gone") == 1)

    await expect(page.locator("now-playing [part=art]")).to_be_hidden()
    await expect(page.locator("now-playing [part=artwork] b")).to_be_visible()


async def test_long_title_is_cut_but_can_be_read(open_page: Open, stage: Stage) -> None:
    """What does not fit ends in an ellipsis; the whole of it is one hover away."""
    title = "The Night We Walked the Whole Way Home " * 5
    stage.frame = json.dumps(snapshot(item=track(title=title)))

    page = await open_page()

    link = page.get_by_role("link")
    await expect(link).to_have_attribute("title", f"{title}, Nova Halden")
    line = page.locator("now-playing [part=title]")
    assert await line.evaluate("(line) => line.scrollWidth > line.clientWidth")


HEIGHTS = {700: 128, 400: 128, 300: 128, 299: 56, 220: 56}


async def test_auto_chooses_by_its_own_width(open_page: Open, stage: Stage) -> None:
    """Wide from 300 px on, one line below; the height is the same in every state."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    card = page.locator("now-playing")
    measure = """async (card, widths) => {
      const heights = [];
      for (const width of widths) {
        card.style.width = `${width}px`;
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        heights.push(card.offsetHeight);
      }
      return heights;
    }"""

    for seq, state in enumerate(("playing", "paused", "idle", "nothing", "ad", "unknown"), 2):
        await stage.play(snapshot(state, seq=seq))
        await expect(card).to_have_attribute("data-state", state)

        heights = await card.evaluate(measure, list(HEIGHTS))

        assert dict(zip(HEIGHTS, heights, strict=True)) == HEIGHTS


async def test_bento_is_a_square(open_page: Open, stage: Stage) -> None:
    """A tile as high as wide, whatever the title."""
    stage.frame = json.dumps(snapshot(item=track(title="A very long title " * 9)))

    page = await open_page("<now-playing variant=bento></now-playing>")
    card = page.locator("now-playing")
    await card.evaluate("(card) => (card.style.width = '260px')")

    await expect(card).to_have_attribute("data-state", "playing")
    assert await card.evaluate("(card) => [card.offsetHeight, card.scrollHeight]") == [260, 260]


async def test_colours_follow_cover_theme_and_site(open_page: Open, stage: Stage) -> None:
    """The palette tints the card by theme; what the site sets wins; nonsense is ignored."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(color_scheme="dark")
    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")
    colour = (
        "(card) => getComputedStyle(card.shadowRoot.querySelector('[part=card]')).backgroundColor"
    )
    seen = [await card.evaluate(colour)]

    for name, value in (("theme", "light"), ("tint", "bold"), ("tint", "none")):
        await card.evaluate(f"(card) => card.setAttribute('{name}', '{value}')")
        seen.append(await card.evaluate(colour))
    await card.evaluate("(card) => card.style.setProperty('--np-bg', '#ff5a36')")
    seen.append(await card.evaluate(colour))

    assert seen == [
        "rgb(37, 24, 19)",
        "rgb(253, 242, 237)",
        "rgb(140, 63, 30)",
        "rgb(255, 255, 255)",
        "rgb(255, 90, 54)",
    ]


async def test_right_to_left_page_mirrors_the_card(open_page: Open, stage: Stage) -> None:
    """Cover on the right, bar growing from the right."""
    stage.frame = json.dumps(snapshot(item=track(title="לילה ארוך בנמל")))

    page = await open_page("<div dir=rtl><now-playing></now-playing></div>")

    cover = await page.locator("now-playing [part=artwork]").bounding_box()
    title = await page.locator("now-playing [part=title]").bounding_box()
    assert cover is not None
    assert title is not None
    assert cover["x"] > title["x"]
    bar, fill = [
        await page.locator(f"now-playing [part={part}]").bounding_box() for part in ("bar", "fill")
    ]
    assert bar is not None
    assert fill is not None
    assert bar["x"] < fill["x"] < bar["x"] + bar["width"] < fill["x"] + fill["width"]


async def test_nothing_moves_for_those_who_asked_for_less(open_page: Open, stage: Stage) -> None:
    """With reduced motion neither a change of item nor playing starts an animation."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(reduced_motion="reduce")
    card = page.locator("now-playing")

    await stage.play(snapshot(seq=2, item=track(uri="spotify:track:2", title="Low Orbit")))
    await expect(page.get_by_text("Low Orbit")).to_be_visible()

    assert await card.evaluate("(card) => card.shadowRoot.getAnimations().length") == 0


async def test_bars_rest_after_five_seconds(open_page: Open, stage: Stage) -> None:
    """The equaliser is the only motion, and no animation lasts longer than five seconds."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")

    ends = await card.evaluate(
        "(card) => card.shadowRoot.getAnimations().map((a) => a.effect.getComputedTiming().endTime)"
    )

    assert len(ends) == 3
    assert max(ends) < 5000
