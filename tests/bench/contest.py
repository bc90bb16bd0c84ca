"""Servers that bring the same frame to as many viewers each, in turns; all of them live at once.

Ratios are taken within a round, so that what else the machine does changes them little. What is
measured has one core, everybody else another. Our share includes asking Spotify, reading the answer
and keeping it; the others only send.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final, Protocol

import aiohttp
from children import SNAPSHOT, UPGRADED, Crowd, Sender, Told, crowd, sender
from meters import cpu_s, pss_kib
from peers import Peer
from stand import Stand, port_of, serving, settle

OURS: Final = "tonearm"
SPARE: Final = 200
"""Connections and files beyond the crowd's own."""
JOINED_SETTLE_S: Final = 1.0
SENT_SETTLE_S: Final = 0.05

TITLE: Final = "Take 9999"
"""As long as the real ones, and in every frame of the peers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server with its crowd. ``kib`` is what its memory grew by for each of them.

    ``change`` brings one change to the crowd; told True, one of them pings meanwhile.
    """

    name: str
    pid: int
    kib: float
    joined_s: float
    change: Callable[[bool], Awaitable[Told]]

    async def cost_s(self) -> float:
        """Return the CPU time of one change, from before its cause until nothing is left of it."""
        before_s = cpu_s(self.pid)
        told = await self.change(False)
        await settle(SENT_SETTLE_S)
        assert not told.lost, f"{self.name} sent {told.lost} viewers away"
        return cpu_s(self.pid) - before_s

    async def stall_s(self) -> float:
        """Return the longest wait for a pong during a change."""
        return max((await self.change(True)).answered_s, default=0.0)


class Measurable(Protocol):
    """What can take a turn in a contest."""

    @property
    def name(self) -> str: ...

    async def cost_s(self) -> float:
        """Bring one change to everybody and return what that cost."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """What a change cost each contender, round by round, in seconds of CPU."""

    costs_s: Sequence[Mapping[str, float]]

    def cost_s(self, name: str) -> float:
        """Return what a change cost one of them."""
        return median(costs_s[name] for costs_s in self.costs_s)

    def ratios(self, name: str) -> list[float]:
        """Return our cost over another's in each round, the least first."""
        return sorted(costs_s[OURS] / costs_s[name] for costs_s in self.costs_s)


async def compare(contenders: Sequence[Measurable], rounds: int) -> Rounds:
    """Let everybody bring one change in each round; another begins each time."""
    costs_s = []
    for number in range(rounds):
        first = number % len(contenders)
        turns = (*contenders[first:], *contenders[:first])
        costs_s.append({each.name: await each.cost_s() for each in turns})
    return Rounds(costs_s)


@asynccontextmanager
async def tonearm(
    owner: Stand, count: int, *, language: str = "websocket"
) -> AsyncIterator[tuple[Contender, str]]:
    """Run the service with its crowd; what it says about :data:`TITLE` comes along."""
    owner.play()
    async with serving(owner) as running:
        pid = running.program.process.pid
        await settle(JOINED_SETTLE_S)
        before_kib = pss_kib(pid)
        async with crowd(
            port_of(running.url), count, joined=SNAPSHOT, language=language
        ) as viewers:
            await settle(JOINED_SETTLE_S)
            kib = (pss_kib(pid) - before_kib) / count

            async def change(pings: bool) -> Told:
                return (await owner.change(viewers, naps=True, pings=pings)).told

            title = (await owner.change(viewers, naps=True)).title  # warms up
            payload = (await _current(running.url)).replace(title, TITLE)
            ours = Contender(name=OURS, pid=pid, kib=kib, joined_s=viewers.joined_s, change=change)
            yield ours, payload


@asynccontextmanager
async def theirs(peer: Peer, count: int, payload: str) -> AsyncIterator[Contender]:
    """Run another server with its crowd; a change is to send ``payload``."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(sender(*peer.arguments, program=peer.program))
        pid = server.child.pid
        await settle(JOINED_SETTLE_S)
        before_kib = pss_kib(pid)
        viewers = await stack.enter_async_context(
            crowd(server.port, count, joined=UPGRADED, language=peer.language)
        )
        await settle(JOINED_SETTLE_S)
        kib = (pss_kib(pid) - before_kib) / count
        mark = TITLE if peer.is_readable else ""

        async def change(pings: bool) -> Told:
            return await _send(server, viewers, payload, mark, pings=pings)

        await change(False)  # warms up
        yield Contender(name=peer.name, pid=pid, kib=kib, joined_s=viewers.joined_s, change=change)


async def _send(server: Sender, viewers: Crowd, payload: str, mark: str, *, pings: bool) -> Told:
    await viewers.watch(mark, naps=True, pings=pings)
    await server.send(payload)
    return await viewers.told()


async def _current(url: str) -> str:
    async with aiohttp.ClientSession() as reader, reader.get(f"{url}/v1/current") as answer:
        return await answer.text()
