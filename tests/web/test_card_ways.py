"""The ways to the server: a WebSocket, else server-sent events, else asking; none for good."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from stage import Open, Stage, hide, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")


def titled(number: int) -> dict[str, Any]:
    """Return a snapshot that can be told from the others by its title."""
    return snapshot(seq=number, item=track(title=f"Number {number}"))


async def shows(page: Page, number: int) -> None:
    """Wait until the card shows that snapshot."""
    await expect(page.get_by_role("link", name=f"Number {number},")).to_be_visible()


async def open_where_no_stream_comes_through(open_page: Open, stage: Stage) -> Page:
    """Open a card, and let it find the way that is left."""
    stage.frame = json.dumps(titled(1))
    stage.refuses = {"ws", "events"}
    page = await open_page(clock=True)
    for way in ("ws", "events", "current"):
        async with asyncio.timeout(10):
            while not stage.asked.get(way):
                await page.clock.run_for(100)
    await shows(page, 1)
    return page


async def hold_streams_back(page: Page) -> asyncio.Event:
    """Let both kinds of stream be opened and say nothing, until the event is set."""
    never = asyncio.Event()
    await page.route_web_socket(re.compile("/v1/ws"), lambda _: None)
    await page.route(re.compile("/v1/events"), lambda _: never.wait())
    return never


async def test_events_are_tried_where_sockets_never_work(open_page: Open, stage: Stage) -> None:
    """A network that blocks WebSockets gets the same snapshots as server-sent events."""
    stage.frame = json.dumps(titled(1))
    stage.refuses = {"ws"}
    page = await open_page(clock=True)
    await stage.until(lambda s: "ws" in s.asked)

    for _ in range(3):
        await page.clock.run_for(4000)
        await stage.until(lambda s: s.asked["ws"] >= 2)
    await stage.until(lambda s: s.asked.get("events") == 1)

    await shows(page, 1)


async def test_polling_is_the_last_way(open_page: Open, stage: Stage) -> None:
    """Where no stream gets through the card asks every 30 s."""
    page = await open_where_no_stream_comes_through(open_page, stage)
    stage.frame = json.dumps(titled(2))

    await page.clock.run_for(30_100)

    await shows(page, 2)
    assert stage.asked == stage.asked | {"ws": 2, "events": 1, "current": 2}


async def test_polling_is_left_for_a_stream_that_is_back(open_page: Open, stage: Stage) -> None:
    """The service may only have been starting: five minutes later streams are tried again."""
    page = await open_where_no_stream_comes_through(open_page, stage)
    for number in range(2, 11):
        stage.frame = json.dumps(titled(number))
        await page.clock.run_for(30_100)
        await shows(page, number)
    stage.refuses = set()

    await page.clock.run_for(30_100)
    await stage.until(lambda it: bool(it.sockets))
    await stage.play(titled(11))

    await shows(page, 11)
    assert stage.asked["current"] == 10


async def test_polling_goes_on_where_still_no_stream_comes_through(
    open_page: Open, stage: Stage
) -> None:
    """Streams that are tried in vain are given up before anybody reads 'Offline'."""
    page = await open_where_no_stream_comes_through(open_page, stage)
    never = await hold_streams_back(page)
    for number in range(2, 11):
        stage.frame = json.dumps(titled(number))
        await page.clock.run_for(30_100)
        await shows(page, number)
    stage.frame = json.dumps(titled(11))
    await page.evaluate(
        """() => {
          window.said = [];
          addEventListener('np-change', ({target}) => said.push(target.state));
          addEventListener('np-status', ({detail}) => said.push(detail));
        }"""
    )

    await page.clock.run_for(30_100 + 55_000)

    await shows(page, 11)
    assert await page.evaluate("() => said") == ["stale", "live"]
    never.set()


async def test_stream_that_is_held_back_is_no_stream(open_page: Open, stage: Stage) -> None:
    """A proxy that opens both and lets nothing through delays the first picture, no more."""
    stage.frame = json.dumps(titled(1))
    page = await open_page("<p></p>", clock=True)
    never = await hold_streams_back(page)
    await page.evaluate("() => document.body.append(document.createElement('now-playing'))")

    await page.clock.run_for(55_000)

    await shows(page, 1)
    never.set()


async def test_laptop_that_wakes_up_in_another_network_finds_its_way(
    open_page: Open, stage: Stage
) -> None:
    """A WebSocket that worked at home proves nothing in the office."""
    stage.frame = json.dumps(titled(1))
    page = await open_page(clock=True)
    await shows(page, 1)
    await hide(page, is_hidden=True)
    await page.clock.run_for(31_000)
    await stage.until(lambda it: not it.sockets)
    stage.frame = json.dumps(titled(2))
    stage.refuses = {"ws"}

    await hide(page, is_hidden=False)
    async with asyncio.timeout(10):
        while not stage.asked.get("events"):
            await page.clock.run_for(100)

    await shows(page, 2)
