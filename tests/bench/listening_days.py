"""Freshness per call in the table of all figures; ``freshness.py`` measures it and shows far more.

The yardstick is what most people write first: ask every 5 s whatever happens, on the same days.
"""

import json
from pathlib import Path
from typing import Any, Final

from children import child
from figures import Figure, Report, Yardstick
from meters import cores

DAILY_CALLS: Final = 2_400
OURS: Final = "tonearm"
YARDSTICK: Final = "fixed 5 s"
_SCRIPT: Final = Path(__file__).with_name("freshness.py")


async def measure() -> Report:
    """Replay the reference days."""
    command = (str(_SCRIPT), "--json", "--daily-calls", str(DAILY_CALLS))
    async with child(*command, core=cores()[0]) as replay:
        scores: list[dict[str, Any]] = json.loads(await replay.rest())
    by_policy = {score["policy"]: score for score in scores}
    ours, fixed = by_policy[OURS], by_policy[YARDSTICK]
    return Report(
        figures=[
            Figure(
                name=f"wrong seconds per viewer-hour, at most {DAILY_CALLS:,} calls a day",
                value=ours["wrong_s_per_viewer_hour"],
                unit="s",
                must=20,
                aim=16,
                yardstick=Yardstick(name=YARDSTICK, value=fixed["wrong_s_per_viewer_hour"]),
            ),
            Figure(
                name="calls a day for that",
                value=ours["calls_per_day"],
                unit="",
                must=DAILY_CALLS,
                yardstick=Yardstick(name=YARDSTICK, value=fixed["calls_per_day"]),
            ),
        ],
    )
