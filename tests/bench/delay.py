"""How long a change takes from Spotify's answer to the viewers.

The clock starts when the simulated account makes the answer that carries the change, and stops for
each viewer when its frame was read. The yardstick is a bare loop of ``send`` to as many sockets,
from just before its first.
"""

from typing import Final

from children import SNAPSHOT, UPGRADED, Crowd, Sender, crowd, ours, sender
from figures import Figure, Report, Yardstick, quantile
from meters import allow_open_files
from stand import Stand, port_of, serving, stand

VIEWERS: Final = (1, 100, 1_000)
CHANGES: Final = 10
MUST_MS: Final = {(100, 0.99): 20.0}
SHARES: Final = {"median": 0.5, "p99": 0.99}
PAYLOAD: Final = '{"v":1,"type":"state","item":{"title":"Side One"},"rest":"' + 720 * "x" + '"}'


async def measure() -> Report:
    """Bring changes to ever more viewers."""
    allow_open_files(VIEWERS[-1] + 200)
    figures: list[Figure] = []
    async with stand(TONEARM_LOOK_WATCHED_S="2") as owner, serving(owner) as running:
        for count in VIEWERS:
            async with (
                sender(*ours("send_loop")) as loop,
                crowd(port_of(running.url), count, joined=SNAPSHOT) as viewers,
                crowd(loop.port, count, joined=UPGRADED) as others,
            ):
                await owner.change(viewers)  # the first one warms up
                ours_ms: list[float] = []
                loops_ms: list[float] = []
                for _ in range(CHANGES):
                    ours_ms += await _through_the_service(owner, viewers)
                    loops_ms += await _through_the_loop(loop, others)
            figures += _compare(count, ours_ms, loops_ms)
    return Report(
        figures=figures,
        notes=[
            f"answer to socket: {CHANGES} changes for each number; with 1 viewer p99 is the worst"
        ],
    )


async def _through_the_service(owner: Stand, viewers: Crowd) -> list[float]:
    change = await owner.change(viewers)
    return [1000 * (instant_s - change.answered_s) for instant_s in change.told.received_s]


async def _through_the_loop(loop: Sender, viewers: Crowd) -> list[float]:
    await viewers.watch("Side One")
    began_s = await loop.send(PAYLOAD)
    return [1000 * (instant_s - began_s) for instant_s in (await viewers.told()).received_s]


def _compare(count: int, ours_ms: list[float], loops_ms: list[float]) -> list[Figure]:
    viewers = "1 viewer" if count == 1 else f"{count:,} viewers"
    return [
        Figure(
            name=f"answer to socket, {viewers}, {name}",
            value=quantile(ours_ms, share),
            unit="ms",
            must=MUST_MS.get((count, share)),
            yardstick=Yardstick(name="`send` loop", value=quantile(loops_ms, share)),
        )
        for name, share in SHARES.items()
    ]
