"""What a change costs, and a viewer, when all of them read server-sent events.

A bare loop of ``send`` brings the same payload to as many WebSockets: to the kernel they are the
same. The guards are on.
"""

from statistics import median
from typing import Final

from contest import OURS, SPARE, compare, theirs, tonearm
from figures import Figure, Report, Yardstick
from meters import allow_open_files
from peers import SEND_LOOP
from stand import guarded, stand

VIEWERS: Final = 10_000
ROUNDS: Final = 5


async def measure() -> Report:
    """Bring changes to them."""
    allow_open_files(VIEWERS + SPARE)
    async with (
        stand(**guarded(VIEWERS + SPARE)) as owner,
        tonearm(owner, VIEWERS, language="events") as (ours, payload),
        theirs(SEND_LOOP, VIEWERS, payload) as loop,
    ):
        rounds = await compare((ours, loop), ROUNDS)
    streams = f"{VIEWERS:,} event streams"
    return Report(
        figures=[
            Figure(
                name=f"CPU per change, {streams}",
                value=1000 * rounds.cost_s(OURS),
                unit="ms",
                yardstick=Yardstick(name=SEND_LOOP.name, value=1000 * rounds.cost_s(loop.name)),
            ),
            Figure(
                name=f"CPU per change over that of {SEND_LOOP.name}, {streams}",
                value=median(rounds.ratios(loop.name)),
                unit="times",
                must=1.35,
                aim=1.2,
            ),
            Figure(
                name="memory per idle event stream (PSS)", value=ours.kib, unit="KiB", must=6, aim=4
            ),
            Figure(
                name=f"{streams} come back, until all have the snapshot",
                value=ours.joined_s,
                unit="s",
                must=3,
                aim=2,
            ),
        ],
    )
