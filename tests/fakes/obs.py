"""The overlay as OBS runs it: a page of the stage, OBS's events and its box for custom CSS."""

import json
from typing import Any

from playwright.async_api import Locator, Page
from stage import Open, Stage, snapshot

OTHER = {"uri": "spotify:track:2", "title": "Low Orbit", "byline": "Perigee Social Club"}

# The feed has parsed a frame in the same task in which the overlay has heard of it, and closes a
# socket once more in that in which it notices a loss.
_LISTEN = """() => {
  const {close} = WebSocket.prototype;
  WebSocket.prototype.close = function (...given) {
    window.losses = (window.losses ?? 0) + 1;
    return close.apply(this, given);
  };
  const {parse} = JSON;
  JSON.parse = (text) => {
    const frame = parse(text);
    window.heard = frame.seq;
    return frame;
  };
}"""


async def open_overlay(
    open_page: Open,
    stage: Stage,
    query: str = "",
    *,
    frame: dict[str, Any] | None = None,
    width: int = 520,
    height: int = 160,
    **options: Any,
) -> Page:
    """Open the overlay in a source of this size, with something playing unless told otherwise."""
    stage.frame = json.dumps(frame or snapshot())
    page = await open_page(
        path=f"/overlay?{query}", viewport={"width": width, "height": height}, **options
    )
    await page.evaluate(_LISTEN)
    return page


async def play(page: Page, stage: Stage, frame: dict[str, Any]) -> None:
    """Send a snapshot, and wait until the overlay has heard it."""
    await stage.play(frame)
    await page.wait_for_function("(seq) => window.heard === seq", arg=frame["seq"])


async def cut(page: Page, stage: Stage, code: int) -> None:
    """Close the overlay's socket, and wait until it has noticed."""
    await page.evaluate("() => void (window.losses = 0)")
    await stage.close(code)
    await page.wait_for_function("() => window.losses")


async def emit(page: Page, name: str, **detail: Any) -> None:
    """Dispatch one of OBS's events on the window."""
    await page.evaluate(
        "([name, detail]) => void dispatchEvent(new CustomEvent(name, {detail}))", [name, detail]
    )


def card(page: Page) -> Locator:
    """Return what a viewer sees, or does not."""
    return page.locator(".np-card")


def title(page: Page) -> Locator:
    """Return the line with the title."""
    return page.locator(".np-title")


async def animations(page: Page) -> int:
    """Count what moves, or will."""
    count: int = await page.evaluate("() => document.getAnimations().length")
    return count
