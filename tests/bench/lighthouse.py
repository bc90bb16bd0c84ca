"""What Lighthouse says of a page with the card, where node and Lighthouse are there.

``npm install --global lighthouse`` brings it; it runs in Debian's Chromium on a mobile's terms.
"""

import asyncio
import json
import os
import shutil
from typing import Any, Final

from figures import Figure, NotMeasured, Report
from stage import Stage, snapshot

CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Home</title>
<meta name="viewport" content="width=device-width"><meta name="description" content="A home page">
<link rel="icon" href="data:,"><style>now-playing{display:block;min-height:128px}</style>
<script async src="/card.js"></script>
<main><h1>Home</h1><p>Words of somebody's home page.</p><now-playing></now-playing></main></html>"""
BLOCKING_MS: Final = "total-blocking-time"
SHIFT: Final = "cumulative-layout-shift"


async def measure() -> Report:
    """Let it judge one page; 100 is the most there is."""
    lighthouse = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    chromium = shutil.which("chromium")
    if lighthouse is None or chromium is None:
        raise NotMeasured("there is no lighthouse (npm) or no chromium")
    async with Stage(frame=json.dumps(snapshot())) as stage:
        stage.pages["/robots.txt"] = "User-agent: *\nAllow: /\n"
        stage.pages["/home"] = PAGE
        found = await _judge(lighthouse, chromium, f"{stage.origin}/home")
    scores = [
        f"Lighthouse, {name}: {found['categories'][name]['score'] * 100:.0f} of 100"
        for name in CATEGORIES
    ]
    return Report(
        figures=[
            Figure(
                name=f"Lighthouse, {name}: points lost",
                value=100 - found["categories"][name]["score"] * 100,
                unit="",
                must=0,
            )
            for name in CATEGORIES
        ]
        + [
            Figure(
                name=f"Lighthouse, {name}",
                value=found["audits"][name]["numericValue"],
                unit=unit,
                must=most,
            )
            for name, unit, most in ((BLOCKING_MS, "ms", 200), (SHIFT, "", 0))
        ],
        notes=scores,
    )


async def _judge(lighthouse: str, chromium: str, url: str) -> Any:
    """Return Lighthouse's report.

    Raises:
        NotMeasured: it could not finish; the message ends with what it said last.
    """
    process = await asyncio.create_subprocess_exec(
        lighthouse,
        url,
        "--quiet",
        "--output=json",
        "--chrome-flags=--headless --no-sandbox --disable-gpu",
        f"--only-categories={','.join(CATEGORIES)}",
        env={**os.environ, "CHROME_PATH": chromium},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    report, said = await process.communicate()
    if process.returncode != 0:
        raise NotMeasured(f"lighthouse failed: {said.decode(errors='replace')[-200:]}")
    return json.loads(report)
