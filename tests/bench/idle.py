"""What the service costs while nobody watches and nothing plays.

The yardstick is an aiohttp application with one route, idle at the same time.
"""

from typing import Final

from children import ours, sender
from figures import Figure, Report, Yardstick
from meters import cpu_s, rss_kib
from stand import serving, settle, stand

SETTLE_S: Final = 5.0
WATCH_S: Final = 30.0


async def measure() -> Report:
    """Let both be idle side by side; no look falls due meanwhile."""
    async with stand() as owner, serving(owner) as running, sender(*ours("bare_app")) as bare:
        pids = (running.program.process.pid, bare.child.pid)
        await settle(SETTLE_S)
        looks = len(owner.account.calls)
        before = [cpu_s(pid) for pid in pids]
        await settle(WATCH_S)
        ours_s, bare_s = (
            (cpu_s(pid) - spent_s) * 60 / WATCH_S for pid, spent_s in zip(pids, before, strict=True)
        )
        ours_mib, bare_mib = (rss_kib(pid) / 1024 for pid in pids)
        assert len(owner.account.calls) == looks, "a look fell into the measurement"
    return Report(
        figures=[
            Figure(
                name="RSS, idle, no viewer",
                value=ours_mib,
                unit="MiB",
                must=60,
                aim=52,
                yardstick=Yardstick(name="bare aiohttp app", value=bare_mib),
            ),
            Figure(
                name=f"CPU per idle minute ({WATCH_S:.0f} s watched)",
                value=ours_s,
                unit="s",
                must=0.05,
                yardstick=Yardstick(name="bare aiohttp app", value=bare_s),
            ),
        ],
    )
