"""What a change costs with thousands of viewers, and what each of them costs while idle.

Our service has its guards on: a proxy is declared that nobody comes through, and the viewers come
from many addresses, each of which is counted.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import Final

from children import IN_FLIGHT
from contest import OURS, SPARE, Contender, Rounds, compare, theirs, tonearm
from figures import Figure, NotMeasured, Report, Yardstick
from meters import allow_open_files, rss_kib
from peers import AIOHTTP, BROADCAST, BROADCAST_AS_IT_COMES, SEND_LOOP, Peer, node_ws
from stand import guarded, stand

FEW: Final = 1_000
MANY: Final = 10_000
ROUNDS: Final = 7
STALL_ROUNDS: Final = 4

LIMITS: Final = {SEND_LOOP.name: (1.35, 1.2), BROADCAST.name: (1.0, 0.75)}
"""The most our CPU may be, as a multiple of theirs: must and aim. Less than all others' is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came out with ``count`` viewers; the stalls are ours and ``broadcast()``'s."""

    count: int
    contenders: Sequence[Contender]
    rounds: Rounds
    stalls_s: Sequence[tuple[float, float]]
    rss_mib: float

    def of(self, name: str) -> Contender:
        return next(each for each in self.contenders if each.name == name)


async def measure() -> Report:
    """Measure with a thousand viewers, then with all of them."""
    peers = [SEND_LOOP, BROADCAST, BROADCAST_AS_IT_COMES, AIOHTTP]
    notes = []
    try:
        peers.append(node_ws())
    except NotMeasured as reason:
        notes.append(f"not measured: Node `ws`, {reason}")
    few = await _contest(FEW, [SEND_LOOP, BROADCAST])
    many = await _contest(MANY, peers)
    return Report(
        figures=[*_in_a_change(few), *_in_a_change(many), *_ratios(many), *_asked_of(many)],
        notes=[*_notes(few, many), *notes],
    )


async def _contest(count: int, peers: Sequence[Peer]) -> Found:
    allow_open_files(count + SPARE)
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(stand(**guarded(count + SPARE)))
        ours, payload = await stack.enter_async_context(tonearm(owner, count))
        others = [await stack.enter_async_context(theirs(peer, count, payload)) for peer in peers]
        broadcast = next(each for each in others if each.name == BROADCAST.name)
        return Found(
            count=count,
            contenders=(ours, *others),
            rounds=await compare((ours, *others), ROUNDS),
            stalls_s=[
                (await ours.stall_s(), await broadcast.stall_s()) for _ in range(STALL_ROUNDS)
            ],
            rss_mib=rss_kib(ours.pid) / 1024,
        )


def _in_a_change(found: Found) -> list[Figure]:
    viewers = f"{found.count:,} viewers"
    ours_s, broadcasts_s = zip(*found.stalls_s, strict=True)
    return [
        Figure(
            name=f"CPU per change, {viewers}",
            value=1000 * found.rounds.cost_s(OURS),
            unit="ms",
            yardstick=Yardstick(
                name=SEND_LOOP.name, value=1000 * found.rounds.cost_s(SEND_LOOP.name)
            ),
        ),
        Figure(
            name=f"longest stall in a change, {viewers}",
            value=1000 * median(ours_s),
            unit="ms",
            must=15,
            aim=5,
            yardstick=Yardstick(name=BROADCAST.name, value=1000 * median(broadcasts_s)),
        ),
    ]


def _ratios(found: Found) -> list[Figure]:
    """Return our CPU per change beside everybody else's."""
    figures = []
    for other in found.contenders[1:]:
        must, aim = LIMITS.get(other.name, (1.0, None))
        figures.append(
            Figure(
                name=f"CPU per change over that of {other.name}",
                value=median(found.rounds.ratios(other.name)),
                unit="times",
                must=must,
                aim=aim,
            )
        )
    return figures


def _asked_of(found: Found) -> list[Figure]:
    """Return what is asked of us with the most viewers only."""
    ours, broadcast = found.of(OURS), found.of(BROADCAST.name)
    return [
        Figure(
            name="memory per idle viewer (PSS)",
            value=ours.kib,
            unit="KiB",
            must=6,
            aim=4,
            yardstick=Yardstick(name="websockets `serve()`", value=broadcast.kib),
        ),
        Figure(
            name=f"RSS, {found.count:,} viewers", value=found.rss_mib, unit="MiB", must=110, aim=88
        ),
        Figure(
            name=f"{found.count:,} viewers come back, until all have the snapshot",
            value=ours.joined_s,
            unit="s",
            must=3,
            aim=2,
            yardstick=Yardstick(name="websockets `serve()`", value=broadcast.joined_s),
        ),
    ]


def _notes(few: Found, many: Found) -> list[str]:
    few_s, many_s = few.rounds.cost_s(OURS), many.rounds.cost_s(OURS)
    per_viewer_s = (many_s - few_s) / (many.count - few.count)
    ratios = many.rounds.ratios(SEND_LOOP.name)
    others = [
        f"{each.name} {1000 * many.rounds.cost_s(each.name):.1f} ms, {each.kib:.1f} KiB,"
        f" {each.joined_s:.2f} s"
        for each in many.contenders
    ]
    return [
        (
            f"fan-out: medians of {ROUNDS} rounds; the ratio to the `send` loop with"
            f" {many.count:,} viewers lay between {ratios[0]:.2f} and {ratios[-1]:.2f} (into some"
            f" fell a beat); of our CPU {1000 * (few_s - few.count * per_viewer_s):.1f} ms are the"
            f" look itself, {1e6 * per_viewer_s:.1f} us each viewer"
        ),
        f"CPU per change, memory per viewer, time until all were in: {'; '.join(others)}",
        f"those who come back do so {IN_FLIGHT} at a time",
    ]
