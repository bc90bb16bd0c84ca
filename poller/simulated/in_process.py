"""A transport that leads straight into a simulated account: no socket, any clock."""

from typing import Final

from tonearm.poller.clock import Clock
from tonearm.poller.errors import Unreachable
from tonearm.poller.transport import Answer, Request

from .account import Account
from .faults import CUT, HANG

HANG_S: Final = 15.0
"""After this long without an answer the carrier gives up, as the real one does."""


class InProcess:
    """Implements :class:`~tonearm.poller.transport.Transport` over an account and a clock.

    The account sees each request at once; its answer arrives ``latency_s`` later.
    """

    def __init__(self, account: Account, clock: Clock, *, latency_s: float = 0.0) -> None:
        self._account = account
        self._clock = clock
        self._latency_s = latency_s

    async def send(self, request: Request) -> Answer:
        answer = self._account.answer(request, self._clock.monotonic())
        if answer is HANG:
            await self._clock.sleep(HANG_S)
            raise Unreachable("timeout")
        if self._latency_s:
            await self._clock.sleep(self._latency_s)
        if answer is CUT:
            raise Unreachable("cut")
        return answer
