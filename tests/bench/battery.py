"""What a visitor's browser pays for a card: the CPU of a whole Chromium, page by page.

Beside an empty page stand the two usual ways to move a bar, by frames and by a CSS animation, and
the card with a live socket. Chromium draws in software here: ratios carry over to other machines,
seconds do not.
"""

import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from figures import Figure, NotMeasured, Report, Yardstick
from playwright.async_api import Browser, Page, async_playwright
from stage import Stage, snapshot
from stand import settle

SETTLE_S: Final = 8.0
"""Longer than the card's equaliser moves."""
WATCH_S: Final = 24.0

_HEAD: Final = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>'
_BAR: Final = (
    "<style>#bar{width:270px;height:4px;overflow:hidden;background:#ddd}"
    "#fill{height:4px;background:#a53;transform-origin:0}"
    "@keyframes run{from{transform:scaleX(0)}}</style><div id=bar><div id=fill></div></div>"
)
PAGES: Final = {
    "empty": f"{_HEAD}<h1>Home</h1>",
    "card": f"{_HEAD}<script src=/card.js></script><h1>Home</h1><now-playing></now-playing>",
    "animation": f"{_HEAD}<h1>Home</h1>{_BAR}<style>#fill{{animation:run 211s linear}}</style>",
    "frames": (
        f"{_HEAD}<h1>Home</h1>{_BAR}<script>(function run(now){{"
        "document.getElementById('fill').style.transform=`scaleX(${now/211000})`;"
        "requestAnimationFrame(run)})(0)</script>"
    ),
}


async def measure() -> Report:
    """Open one page after the other in a browser of its own and watch it at rest."""
    if shutil.which("chromium") is None:
        raise NotMeasured("there is no chromium")
    spent = {name: await _spent(name) for name in PAGES}
    card, animation, frames = (
        spent[name] - spent["empty"] for name in ("card", "animation", "frames")
    )
    return Report(
        figures=[
            Figure(
                name=f"a minute of a live card, above an empty page ({WATCH_S:.0f} s watched)",
                value=card,
                unit="s CPU",
                must=0.5,
                aim=0.3,
                yardstick=Yardstick(name=name, value=theirs),
            )
            for name, theirs in (("bar moved by CSS", animation), ("bar moved by frames", frames))
        ],
        notes=[f"the empty page alone takes {spent['empty']:.2f} s CPU a minute"],
    )


async def _spent(name: str) -> float:
    """Return the CPU seconds that a page costs in a minute."""
    async with Stage(frame=json.dumps(snapshot())) as stage, _browser() as browser:
        stage.pages["/page"] = PAGES[name]
        page = await browser.new_page(viewport={"width": 1024, "height": 700})
        await page.goto(f"{stage.origin}/page")
        if name == "card":
            await _show(page)
        await settle(SETTLE_S)
        before = _cpu_s()
        await settle(WATCH_S)
        return (_cpu_s() - before) * 60 / WATCH_S


async def _show(page: Page) -> None:
    """Wait for the snapshot, and see that it stays live while it is watched."""
    await page.wait_for_selector("now-playing[data-state=playing]")


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


def _cpu_s() -> float:
    """Return what every process that descends from this one's Chromium has taken, in seconds."""
    ticks = sum(sum(_ticks(pid)) for pid in _descendants(os.getpid()) if _is_chromium(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text("ascii").split():
            yield int(child)
            yield from _descendants(int(child))


def _is_chromium(pid: int) -> bool:
    return "chrom" in Path(f"/proc/{pid}/comm").read_text("ascii")


def _ticks(pid: int) -> tuple[int, int]:
    """Return user and system time; the name in parentheses before them may hold anything."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])
