"""A clock that stands still until a test moves it: a simulated day runs in seconds."""

import asyncio
import heapq
import itertools


class FakeClock:
    """Implements :class:`tonearm.poller.clock.Clock`; ``advance`` wakes sleepers in order."""

    def __init__(self, *, wall_s: float = 1_795_000_000.0, monotonic_s: float = 1_000.0) -> None:
        self._wall_s = wall_s
        self._monotonic_s = monotonic_s
        self._boot_id = "boot-1"
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self._wall_s

    def monotonic(self) -> float:
        return self._monotonic_s

    def boot_id(self) -> str:
        return self._boot_id

    async def sleep(self, duration_s: float) -> None:
        if duration_s <= 0:
            await asyncio.sleep(0)  # noqa: TID251  (the fake is a clock)
            return
        woken = asyncio.get_running_loop().create_future()
        entry = (self._monotonic_s + duration_s, next(self._order), woken)
        heapq.heappush(self._sleepers, entry)
        await woken

    def step_wall(self, by_s: float) -> None:
        """Let the wall clock jump, as NTP or an owner would make it; nobody wakes."""
        self._wall_s += by_s

    def reboot(self) -> None:
        """Start a new boot: the monotonic clock begins again, as another machine's would."""
        self._boot_id += "+"
        self._monotonic_s = 10.0

    async def advance(self, by_s: float) -> None:
        """Move time on by ``by_s`` seconds, waking each sleeper at its instant."""
        end_s = self._monotonic_s + by_s
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            due_s, _, woken = heapq.heappop(self._sleepers)
            if woken.done():  # its task was cancelled
                continue
            self._move_to(due_s)
            woken.set_result(None)
            await self.settle()
        self._move_to(end_s)
        await self.settle()

    def _move_to(self, instant_s: float) -> None:
        step_s = max(0.0, instant_s - self._monotonic_s)
        self._monotonic_s += step_s
        self._wall_s += step_s

    async def settle(self) -> None:
        """Let every task that can run do so, until all of them wait."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # no public way
        await asyncio.sleep(0)  # noqa: TID251
        while ready:  # noqa: ASYNC110  (no event says "everybody waits")
            await asyncio.sleep(0)  # noqa: TID251
