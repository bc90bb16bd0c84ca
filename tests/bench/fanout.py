"""What a change costs with thousands of viewers, and what each of them costs while idle.

Our service, a bare loop of ``send`` and ``websockets.broadcast()`` are up at once, each with a
crowd of its own, and bring the same frame to it in turns; ratios are taken within a round. What is
measured has one core, everybody else another. Our share includes asking Spotify, reading the
answer and keeping it; theirs is sending alone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

import aiohttp
from children import IN_FLIGHT, SNAPSHOT, UPGRADED, Crowd, Sender, Told, crowd, sender
from figures import Figure, Report, Yardstick
from meters import allow_open_files, cpu_s, pss_kib, rss_kib
from stand import Stand, port_of, serving, settle, stand

VIEWERS: Final = (1_000, 10_000)
ROUNDS: Final = 7
STALL_ROUNDS: Final = 4
SPARE: Final = 200
JOINED_SETTLE_S: Final = 1.0
SENT_SETTLE_S: Final = 0.05

TITLE: Final = "Take 9999"
"""As long as the real ones, and in every frame of the peers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server with its crowd. ``kib`` is what its memory grew by for each of them.

    ``change`` brings one change to the crowd; told True, one of them pings meanwhile.
    """

    pid: int
    kib: float
    joined_s: float
    change: Callable[[bool], Awaitable[Told]]

    async def cost_s(self) -> float:
        """Return the CPU time of one change, from before its cause until nothing is left of it."""
        before_s = cpu_s(self.pid)
        await self.change(False)
        await settle(SENT_SETTLE_S)
        return cpu_s(self.pid) - before_s

    async def stall_s(self) -> float:
        """Return the longest wait for a pong during a change."""
        return max((await self.change(True)).answered_s, default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came out with ``count`` viewers; each tuple is ours first, then the peers'."""

    count: int
    costs_s: tuple[tuple[float, float, float], ...]
    stalls_s: tuple[tuple[float, float], ...]
    kib: tuple[float, float, float]
    joined_s: tuple[float, float, float]
    rss_mib: float


async def measure() -> Report:
    """Measure with a thousand viewers, then with all of them."""
    few, many = [await _contest(count) for count in VIEWERS]
    per_viewer_s = (_cost_s(many) - _cost_s(few)) / (many.count - few.count)
    look_s = _cost_s(few) - few.count * per_viewer_s
    ratios = sorted(ours_s / loop_s for ours_s, loop_s, _ in many.costs_s)
    return Report(
        figures=[*_in_a_change(few), *_in_a_change(many), *_asked_of(many)],
        notes=[
            (
                f"fan-out: medians of {ROUNDS} rounds; the ratio to the `send` loop with"
                f" {many.count:,} viewers lay between {ratios[0]:.2f} and {ratios[-1]:.2f}"
                f" (into some fell a beat); of our CPU {1000 * look_s:.1f} ms are the look itself,"
                f" {1e6 * per_viewer_s:.1f} us each viewer"
            ),
            f"those who come back do so {IN_FLIGHT} at a time",
        ],
    )


async def _contest(count: int) -> Found:
    allow_open_files(count + SPARE)
    async with (
        stand(
            TONEARM_LOOK_WATCHED_S="2", TONEARM_SERVER_MAX_CONNECTIONS=str(count + SPARE)
        ) as owner,
        _ours(owner, count) as (ours, payload),
        _theirs("send_loop.py", count, payload) as loop,
        _theirs("broadcast.py", count, payload) as broadcast,
    ):
        costs_s = [
            (await ours.cost_s(), await loop.cost_s(), await broadcast.cost_s())
            for _ in range(ROUNDS)
        ]
        stalls_s = [(await ours.stall_s(), await broadcast.stall_s()) for _ in range(STALL_ROUNDS)]
        return Found(
            count=count,
            costs_s=tuple(costs_s),
            stalls_s=tuple(stalls_s),
            kib=(ours.kib, loop.kib, broadcast.kib),
            joined_s=(ours.joined_s, loop.joined_s, broadcast.joined_s),
            rss_mib=rss_kib(ours.pid) / 1024,
        )


@asynccontextmanager
async def _ours(owner: Stand, count: int) -> AsyncIterator[tuple[Contender, str]]:
    """Run the service with its crowd; what it says about :data:`TITLE` comes along."""
    async with serving(owner) as running:
        pid = running.program.process.pid
        await settle(JOINED_SETTLE_S)
        before_kib = pss_kib(pid)
        async with crowd(port_of(running.url), count, joined=SNAPSHOT) as viewers:
            await settle(JOINED_SETTLE_S)
            kib = (pss_kib(pid) - before_kib) / count

            async def change(pings: bool) -> Told:
                return (await owner.change(viewers, naps=True, pings=pings)).told

            title = (await owner.change(viewers, naps=True)).title  # warms up
            payload = (await _current(running.url)).replace(title, TITLE)
            yield Contender(pid=pid, kib=kib, joined_s=viewers.joined_s, change=change), payload


@asynccontextmanager
async def _theirs(script: str, count: int, payload: str) -> AsyncIterator[Contender]:
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(sender(script))
        pid = peer.child.pid
        before_kib = pss_kib(pid)
        viewers = await stack.enter_async_context(crowd(peer.port, count, joined=UPGRADED))
        await settle(JOINED_SETTLE_S)
        kib = (pss_kib(pid) - before_kib) / count

        async def change(pings: bool) -> Told:
            return await _send(peer, viewers, payload, pings=pings)

        await change(False)  # warms up
        yield Contender(pid=pid, kib=kib, joined_s=viewers.joined_s, change=change)


async def _send(peer: Sender, viewers: Crowd, payload: str, *, pings: bool) -> Told:
    await viewers.watch(TITLE, naps=True, pings=pings)
    await peer.send(payload)
    return await viewers.told()


async def _current(url: str) -> str:
    async with aiohttp.ClientSession() as reader, reader.get(f"{url}/v1/current") as answer:
        return await answer.text()


def _cost_s(found: Found) -> float:
    return median(ours_s for ours_s, _, _ in found.costs_s)


def _in_a_change(found: Found) -> list[Figure]:
    viewers = f"{found.count:,} viewers"
    return [
        Figure(
            name=f"CPU per change, {viewers}",
            value=1000 * _cost_s(found),
            unit="ms",
            yardstick=Yardstick(
                name="`send` loop", value=1000 * median(loop_s for _, loop_s, _ in found.costs_s)
            ),
        ),
        Figure(
            name=f"longest stall in a change, {viewers}",
            value=1000 * median(ours_s for ours_s, _ in found.stalls_s),
            unit="ms",
            must=15,
            aim=5,
            yardstick=Yardstick(
                name="`broadcast()`",
                value=1000 * median(theirs_s for _, theirs_s in found.stalls_s),
            ),
        ),
    ]


def _asked_of(found: Found) -> list[Figure]:
    """Return what is asked of us with the most viewers only."""
    viewers = f"{found.count:,} viewers"
    ours_kib, _, broadcast_kib = found.kib
    ours_s, _, broadcast_s = found.joined_s
    return [
        Figure(
            name=f"CPU per change over the `send` loop's, {viewers}",
            value=median(ours_s / loop_s for ours_s, loop_s, _ in found.costs_s),
            unit="times",
            must=1.35,
            aim=1.2,
        ),
        Figure(
            name=f"CPU per change over `broadcast()`'s, {viewers}",
            value=median(ours_s / theirs_s for ours_s, _, theirs_s in found.costs_s),
            unit="times",
            must=1,
            aim=0.75,
        ),
        Figure(
            name="memory per idle viewer (PSS)",
            value=ours_kib,
            unit="KiB",
            must=6,
            aim=4,
            yardstick=Yardstick(name="websockets `serve()`", value=broadcast_kib),
        ),
        Figure(
            name=f"RSS, {viewers}",
            value=found.rss_mib,
            unit="MiB",
            must=110,
            aim=88,
        ),
        Figure(
            name=f"{viewers} come back, until all have the snapshot",
            value=ours_s,
            unit="s",
            must=3,
            aim=2,
            yardstick=Yardstick(name="websockets `serve()`", value=broadcast_s),
        ),
    ]
