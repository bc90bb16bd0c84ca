"""A sleep that can be cut short: the poller lies down here, and whoever has news for it rings.

It knows neither why it is rung nor how long a sleep should be.
"""

import asyncio

from .clock import Clock


class Alarm:
    """One sleeper at a time; any number may ring."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the sleeper, or keep it from falling asleep."""
        self._rung.set()

    def rearm(self) -> None:
        """Forget the rings so far: whoever rings from here on is heard by the next sleep."""
        self._rung.clear()

    async def sleep(self, duration_s: float) -> None:
        """Return after ``duration_s``, or at once when it rings."""
        sleep = asyncio.ensure_future(self._clock.sleep(duration_s))
        ring = asyncio.ensure_future(self._rung.wait())
        try:
            await asyncio.wait({sleep, ring}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            ring.cancel()
