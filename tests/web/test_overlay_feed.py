"""The overlay's connection: never an error on stream, back by itself, as late as the stream."""

import asyncio
import json
import re

import pytest
from obs import OTHER, card, cut, open_overlay, play, title
from playwright.async_api import Page, expect
from stage import NOW, Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def progress(page: Page) -> float:
    """Return how much of the bar is full, from 0 to 1."""
    full: float = await page.locator(".np-fill").evaluate(
        "(fill) => new DOMMatrix(getComputedStyle(fill).transform).a"
    )
    return full


async def let_a_second_pass(page: Page) -> None:
    """Let time pass, and then the way to the server and back, which takes none of it."""
    await page.clock.run_for(1000)
    await page.evaluate("() => fetch('/overlay.css').then((answer) => answer.text())")


async def seconds_until_asked(page: Page, stage: Stage) -> int:
    """Let time pass until the overlay asks again; return how much it was."""
    before = dict(stage.asked)
    seconds = 0
    async with asyncio.timeout(10):
        while stage.asked == before:
            await let_a_second_pass(page)
            seconds += 1
    return seconds


async def open_where_no_stream_comes_through(open_page: Open, stage: Stage) -> Page:
    """Open the overlay, and let it find the way that is left."""
    stage.refuses = {"ws", "events"}
    page = await open_overlay(open_page, stage, "in=none", clock=True)
    while not stage.asked.get("current"):
        await seconds_until_asked(page, stage)
    await expect(card(page)).to_be_visible()
    return page


async def test_lost_connection_hides_after_half_a_minute(open_page: Open, stage: Stage) -> None:
    """Viewers see the item a while longer, and then nothing: never a word of trouble."""
    page = await open_overlay(open_page, stage, "in=none&idle=last", clock=True)
    await expect(card(page)).to_be_visible()

    stage.refuses = {"ws", "events"}
    await cut(page, stage, 1001)
    await page.clock.run_for(29_000)
    await expect(card(page)).to_be_visible()
    await page.clock.run_for(1500)

    await expect(card(page)).to_be_hidden()
    assert "ffline" not in await page.locator("body").inner_text()


async def test_restart_of_the_server_goes_unseen(open_page: Open, stage: Stage) -> None:
    """It comes back within ten seconds, to whatever plays then."""
    page = await open_overlay(open_page, stage, "in=none", clock=True)
    await expect(card(page)).to_be_visible()

    stage.frame = json.dumps(snapshot(seq=1, epoch="n3w0", item=track(**OTHER)))
    await cut(page, stage, 1012)
    await page.clock.run_for(10_001)
    await stage.until(lambda it: it.opened == 2)
    await expect(card(page)).to_be_visible()
    await page.wait_for_function("() => window.heard === 1")
    await page.clock.run_for(601)

    await expect(title(page)).to_have_text("Low Orbit")


async def test_waits_never_grow_beyond_ten_seconds(open_page: Open, stage: Stage) -> None:
    """A stream cannot wait for a minute."""
    page = await open_overlay(open_page, stage, clock=True)
    await expect(card(page)).to_be_visible()
    await page.evaluate("() => void (Math.random = () => 0.999)")
    stage.refuses = {"ws", "events"}
    await cut(page, stage, 1001)

    waits_s = [await seconds_until_asked(page, stage) for _ in range(10)]

    # The card would wait for a minute by now. What is above ten is the way to the server and back.
    assert 9 <= waits_s[-1] <= 30


async def test_silence_is_a_dead_connection(open_page: Open, stage: Stage) -> None:
    """Beats come every half minute; forty seconds without one, and it asks anew."""
    page = await open_overlay(open_page, stage, clock=True)
    await expect(card(page)).to_be_visible()

    await page.clock.run_for(42_000)

    await stage.until(lambda it: it.opened == 2)


async def test_told_to_stay_away_it_stays_away(open_page: Open, stage: Stage) -> None:
    """Close codes from 4400 on mean it."""
    page = await open_overlay(open_page, stage, clock=True)
    await expect(card(page)).to_be_visible()

    await cut(page, stage, 4403)
    await page.clock.run_for(120_000)

    await expect(card(page)).to_be_hidden()
    assert stage.opened == 1


async def test_server_sent_events_where_sockets_fail(open_page: Open, stage: Stage) -> None:
    """Some proxies let no WebSocket through."""
    stage.refuses = {"ws"}

    page = await open_overlay(open_page, stage, clock=True)
    while not stage.asked.get("events"):
        await seconds_until_asked(page, stage)

    await expect(card(page)).to_be_visible()
    assert stage.asked["ws"] == 2


async def test_polling_where_no_stream_comes_through(open_page: Open, stage: Stage) -> None:
    """Some networks eat both; then it asks every five seconds, and still follows."""
    page = await open_where_no_stream_comes_through(open_page, stage)
    assert (stage.asked["ws"], stage.asked["events"]) == (2, 1)

    stage.frame = json.dumps(snapshot(seq=2, item=track(**OTHER)))
    await page.clock.run_for(5001)
    await page.wait_for_function("() => window.heard === 2")
    await page.clock.run_for(700)

    await expect(title(page)).to_have_text("Low Orbit")


async def test_stream_that_is_held_back_is_no_stream(open_page: Open, stage: Stage) -> None:
    """A proxy that opens both and lets nothing through delays the first picture, no more."""
    page = await open_page(path="/overlay?in=none", clock=True)
    await page.route_web_socket(re.compile("/v1/ws"), lambda _: None)
    never = asyncio.Event()
    await page.route(re.compile("/v1/events"), lambda _: never.wait())
    stage.frame = json.dumps(snapshot())

    await page.goto(f"{stage.origin}/overlay?in=none")
    seconds = 0
    while not stage.asked.get("current"):
        await let_a_second_pass(page)
        seconds += 1

    await expect(card(page)).to_be_visible()
    assert seconds <= 60
    never.set()


async def test_polling_is_left_for_a_stream_that_is_back(open_page: Open, stage: Stage) -> None:
    """The service may only have been starting: five minutes later it is tried again, unseen."""
    page = await open_where_no_stream_comes_through(open_page, stage)
    stage.refuses = set()

    for _ in range(59):
        await page.evaluate("() => void (window.heard = 0)")
        await page.clock.run_for(5001)
        await page.wait_for_function("() => window.heard")
    await page.clock.run_for(5001)
    await stage.until(lambda it: bool(it.sockets))
    await expect(card(page)).to_be_visible()
    await page.clock.run_for(20_000)

    assert stage.asked["current"] == 60


async def test_polling_that_fails_starts_over(open_page: Open, stage: Stage) -> None:
    """No way is given up for good, and what is no snapshot is not shown."""
    stage.refuses = {"ws", "events"}
    page = await open_page(path="/overlay?in=none", clock=True)
    async with asyncio.timeout(20):
        while stage.asked.get("ws", 0) < 4:
            await let_a_second_pass(page)

    assert stage.asked["current"] == 1
    await expect(card(page)).to_be_hidden()


@pytest.mark.parametrize("health", ["offline", "stale", "limited", "login_needed", "refused"])
async def test_server_out_of_touch_is_silence_after_a_while(
    open_page: Open, stage: Stage, health: str
) -> None:
    """A hiccup goes unseen; after half a minute what is shown is no longer true."""
    page = await open_overlay(open_page, stage, "in=none", clock=True)
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot(seq=2, health=health))
    await page.clock.run_for(29_000)
    await expect(card(page)).to_be_visible()
    await page.clock.run_for(2000)

    await expect(card(page)).to_be_hidden()


async def test_delay_holds_everything_back(open_page: Open, stage: Stage) -> None:
    """Titles and positions are those of the moment that viewers see."""
    page = await open_overlay(open_page, stage, "delay=10&in=none", clock=True)
    await page.wait_for_function("() => document.readyState === 'complete'")
    await play(page, stage, snapshot(seq=2))
    await page.clock.run_for(9_900)
    await expect(card(page)).to_be_hidden()

    await page.clock.run_for(200)

    await expect(card(page)).to_be_visible()
    assert await progress(page) == pytest.approx(62_013 / 211_000, abs=0.003)
    await play(page, stage, snapshot(seq=3, item=track(**OTHER)))
    await page.clock.run_for(9_900)
    await expect(title(page)).to_have_text("Paper Lanterns")
    await page.clock.run_for(1000)
    await expect(title(page)).to_have_text("Low Orbit")


async def test_bar_moves_on_the_second_whatever_the_clock_says(
    open_page: Open, stage: Stage
) -> None:
    """A streaming computer may be a day off."""
    page = await open_overlay(open_page, stage, "in=none", clock=True, skew_ms=86_400_000)
    await expect(card(page)).to_be_visible()

    before = await progress(page)
    await page.clock.run_for(5000)

    assert before == pytest.approx(62_013 / 211_000, abs=0.003)
    assert await progress(page) - before == pytest.approx(5 / 211, abs=0.001)


async def test_smooth_bar_ends_where_the_item_ends(open_page: Open, stage: Stage) -> None:
    """It is one animation for the rest of the item, for those who pay for it."""
    page = await open_overlay(open_page, stage, "fps=smooth")
    await expect(card(page)).to_be_visible()

    left_ms = await page.locator(".np-fill").evaluate(
        "(fill) => fill.getAnimations()[0].effect.getTiming().duration"
    )

    assert left_ms == pytest.approx(211_000 - 62_013, abs=2000)


@pytest.mark.parametrize(("late_ms", "ahead_ms"), [(300, 300), (-300, 0), (900, 0), (-900, 0)])
async def test_clocks_that_drift_apart_are_followed(
    open_page: Open, stage: Stage, late_ms: int, ahead_ms: int
) -> None:
    """A little late is an answer that was held up, which sets no bar back; more is the clock."""
    page = await open_overlay(open_page, stage, "in=none", clock=True)
    await expect(card(page)).to_be_visible()
    now = await page.evaluate("() => performance.now()")

    sent = NOW - late_ms
    await play(page, stage, snapshot(seq=2, now=sent, as_of=sent))

    assert await page.evaluate("() => performance.now()") == now
    shown = (62_013 + ahead_ms) / 211_000
    assert await progress(page) == pytest.approx(shown, abs=1e-5)


@pytest.mark.parametrize("position_ms", [-5, 10**12, None])
async def test_nonsense_position_stays_on_the_bar(
    open_page: Open, stage: Stage, position_ms: int | None
) -> None:
    """Never shorter than nothing, nor longer than all."""
    frame = snapshot(position_ms=position_ms, as_of=NOW)

    page = await open_overlay(open_page, stage, frame=frame)

    await expect(card(page)).to_be_visible()
    assert 0 <= await progress(page) <= 1


async def test_words_come_in_the_wished_language(open_page: Open, stage: Stage) -> None:
    """English is built in, and stays where the server has nothing better."""
    page = await open_page(path="/overlay?lang=en")
    await page.route(
        re.compile("/v1/words/de.json"),
        lambda route: route.fulfill(json={"lang": "de", "paused": "Pausiert", "idle": 7}),
    )
    stage.frame = json.dumps(snapshot("paused"))

    await page.goto(f"{stage.origin}/overlay?lang=de-AT")

    await expect(page.locator(".np-label")).to_have_text("Pausiert")
