"""What good viewers notice of a thousand bad ones, who come again whenever they are sent away.

The service has its guards on, and all who attack it share one core with those who watch it.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

from children import SNAPSHOT, child, crowd, ours
from contest import SPARE
from figures import Figure, Report, quantile
from meters import allow_open_files, cores, cpu_s, most_rss_kib
from stand import LONG_NAMES, guarded, port_of, serving, stand

GOOD: Final = 500
BAD: Final = {
    "never reads": 200,
    "silent": 96,
    "half a head": 88,
    "garbage": 88,
    "oversized frame": 88,
    "unmasked frame": 88,
    "ping flood": 88,
    "message flood": 88,
    "TLS": 88,
    "connects and drops": 88,
}
SIEGE_S: Final = 30.0


async def measure() -> Report:
    """Bring changes to the good while the bad do what they can."""
    connections = GOOD + sum(BAD.values()) + SPARE
    allow_open_files(connections)
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(stand(**guarded(connections)))
        owner.play()
        running = await stack.enter_async_context(serving(owner))
        pid, port = running.program.process.pid, port_of(running.url)
        good = await stack.enter_async_context(crowd(port, GOOD, joined=SNAPSHOT))
        pulse = await stack.enter_async_context(child(*ours("pulse", str(port)), core=cores()[1]))
        await pulse.line()
        peace_mb = most_rss_kib(pid) * 1024 / 1e6
        command = ours("hostile", str(port), json.dumps(BAD))
        bad = await stack.enter_async_context(child(*command, core=cores()[1]))
        await bad.line()

        since_s, spent_s = owner.clock.monotonic(), cpu_s(pid)
        delays_s: list[float] = []
        changes = lost = 0
        while owner.clock.monotonic() < since_s + SIEGE_S:
            change = await owner.change(good, album=LONG_NAMES)
            delays_s += [instant_s - change.answered_s for instant_s in change.told.received_s]
            changes, lost = changes + 1, change.told.lost
        took_s = owner.clock.monotonic() - since_s
        share = (cpu_s(pid) - spent_s) / took_s
        answered_s, came = await asyncio.gather(pulse.rest(), bad.rest())
        rss_mb = most_rss_kib(pid) * 1024 / 1e6
    return Report(
        figures=[
            Figure(
                name=f"under siege: answer to socket, {GOOD} good viewers, p99",
                value=1000 * quantile(delays_s, 0.99),
                unit="ms",
                must=1_000,
                aim=250,
            ),
            Figure(
                name="under siege: longest wait for a pong",
                value=1000 * max(json.loads(answered_s)),
                unit="ms",
                must=1_000,
            ),
            Figure(name="under siege: most RSS", value=rss_mb, unit="MB", must=100),
            Figure(name="under siege: good viewers lost", value=lost, unit="", must=0),
        ],
        notes=[
            _note(json.loads(came), took_s, changes, share),
            f"siege: the good viewers alone took {peace_mb:.0f} MB at most",
        ],
    )


def _note(came: Mapping[str, int], took_s: float, changes: int, share: float) -> str:
    per_s = sum(came.values()) / took_s
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in came.items())
    return (
        f"siege: {sum(BAD.values()):,} hostile peers for {took_s:.0f} s, {changes} changes;"
        f" they connected {per_s:,.0f} times a second ({kinds}); the service took"
        f" {100 * share:.0f} % of its core"
    )
