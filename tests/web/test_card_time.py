"""The bar and the times: right by the server's clock, moved once a second, still when unseen."""

import json

import pytest
from playwright.async_api import Page, expect
from stage import NOW, Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY_MS = 86_400_000
SCALE = "(fill) => new DOMMatrix(getComputedStyle(fill).transform).a"


async def elapsed(page: Page) -> str:
    """Return the time shown on the card."""
    return await page.locator("now-playing [part=elapsed]").inner_text()


HIDE = """() => {
  window.real = window.requestAnimationFrame;
  window.requestAnimationFrame = (draw) => (window.waiting = draw);
}"""
RETURN = """() => {
  window.requestAnimationFrame = window.real;
  window.waiting(performance.now());
}"""


async def test_progress_moves_with_time(open_page: Open, stage: Stage) -> None:
    """Five seconds later the time shows five more and the bar has grown by as much."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await expect(page.get_by_text("1:02")).to_be_visible()

    await page.clock.run_for(5100)

    assert await elapsed(page) == "1:07"
    scale = await page.locator("now-playing [part=fill]").evaluate(SCALE)
    assert scale == pytest.approx(67_013 / 211_000, abs=0.001)


async def test_progress_starts_where_the_server_says(open_page: Open, stage: Stage) -> None:
    """A position that was true three seconds before the frame was sent is three seconds on."""
    stage.frame = json.dumps(snapshot() | {"as_of": NOW - 3000})

    page = await open_page(clock=True)

    await expect(page.get_by_text("1:05")).to_be_visible()


async def test_progress_stops_at_the_end(open_page: Open, stage: Stage) -> None:
    """The bar never runs past the item, nor starts before it."""
    stage.frame = json.dumps(snapshot() | {"position_ms": 209_000})
    page = await open_page(clock=True)
    await expect(page.get_by_text("3:29")).to_be_visible()

    await page.clock.run_for(10_000)

    assert await elapsed(page) == "3:31"


@pytest.mark.parametrize("skew_ms", [-DAY_MS, DAY_MS])
async def test_wrong_clock_of_a_visitor_changes_nothing(
    open_page: Open, stage: Stage, skew_ms: int
) -> None:
    """Neither position nor age depends on the visitor's clock."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True, skew_ms=skew_ms)
    await expect(page.get_by_text("1:02")).to_be_visible()

    await stage.play(snapshot("idle", seq=2))

    await expect(page.get_by_text("Last played 12 min. ago", exact=True)).to_be_visible()


async def test_paused_item_stands_still(open_page: Open, stage: Stage) -> None:
    """A pause freezes the time."""
    stage.frame = json.dumps(snapshot("paused"))
    page = await open_page(clock=True)
    await expect(page.get_by_text("1:02")).to_be_visible()

    await page.clock.run_for(5000)

    assert await elapsed(page) == "1:02"


async def test_hours_are_shown_when_there_are_any(open_page: Open, stage: Stage) -> None:
    """An episode of more than an hour has three figures."""
    episode = track(kind="episode", duration_ms=3_729_000)
    stage.frame = json.dumps(snapshot(item=episode, position_ms=59_000))

    page = await open_page(clock=True)

    await expect(page.get_by_text("0:59")).to_be_visible()
    await expect(page.get_by_text("1:02:09")).to_be_visible()


async def test_hidden_tab_draws_nothing_and_catches_up(open_page: Open, stage: Stage) -> None:
    """A tab in the background has no frames: the card rests; with the next one it is right."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await expect(page.get_by_text("1:02")).to_be_visible()
    await page.evaluate(HIDE)
    await page.clock.run_for(10_000)
    assert await elapsed(page) == "1:03"

    await page.evaluate(RETURN)

    assert await elapsed(page) == "1:12"


async def test_card_out_of_view_draws_nothing(open_page: Open, stage: Stage) -> None:
    """Below the fold nothing ticks; scrolled into view it is right."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<canvas height=3000></canvas><now-playing></now-playing>", clock=True)
    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")
    await page.clock.run_for(5000)
    assert await elapsed(page) == "1:02"

    await card.evaluate("(card) => card.scrollIntoView()")

    await expect(card.locator("[part=elapsed]")).to_have_text("1:07")


WATCH = """(card) => {
  window.changed = [];
  const note = (changes) => window.changed.push(...changes.map(({target}) => target.part[0]));
  const all = {attributes: true, childList: true, characterData: true, subtree: true};
  new MutationObserver(note).observe(card.shadowRoot, all);
}"""


async def test_a_second_costs_no_more_than_its_figures(open_page: Open, stage: Stage) -> None:
    """Only the time is written, and the bar where that moves it; the words of the state are not."""
    episode = track(kind="episode", duration_ms=3_729_000)
    stage.frame = json.dumps(snapshot(item=episode, position_ms=59_000))
    page = await open_page(clock=True)
    await expect(page.get_by_text("0:59")).to_be_visible()
    await page.locator("now-playing").evaluate(WATCH)

    await page.clock.run_for(8_100)

    changed = await page.evaluate("() => window.changed")
    assert changed.count("elapsed") == 8
    assert 0 < len(changed) - 8 <= 8
    assert set(changed) <= {"elapsed", "fill", "card"}
