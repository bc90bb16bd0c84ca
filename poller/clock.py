"""The only place that reads a clock or sleeps; everything else is handed a :class:`Clock`."""

import asyncio
import time
import uuid
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Time as the shell sees it; tests pass a fake one that makes a day run in seconds."""

    def now(self) -> float:
        """Return wall time: seconds since 1970 UTC. It may step; use it for display only."""

    def monotonic(self) -> float:
        """Return seconds since boot, suspend included. They never step: use them to pace."""

    def boot_id(self) -> str:
        """Return what tells one boot from the next, so that ``monotonic`` values can be kept."""

    async def sleep(self, duration_s: float) -> None:
        """Wait ``duration_s`` seconds; zero or less only lets other tasks run."""


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        # CLOCK_BOOTTIME counts the time a laptop or a Pi was suspended, CLOCK_MONOTONIC does not.
        self._clock_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        try:
            self._boot_id = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        except OSError:  # macOS: a restart of the process then counts as a restart of the machine
            self._boot_id = uuid.uuid4().hex

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.clock_gettime(self._clock_id)

    def boot_id(self) -> str:
        return self._boot_id

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(max(0.0, duration_s))
