"""The transport without sockets: answers on a fake clock, silence as time-outs."""

import asyncio

import pytest
from fake_clock import FakeClock

from tonearm.poller.errors import Unreachable
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.in_process import InProcess
from tonearm.poller.transport import Request

REQUEST = Request(method="GET", url=f"https://api.spotify.com{Endpoint.PLAYER}")


async def test_an_answer_comes_after_the_latency(account: Account) -> None:
    """The account sees the request at once, the answer travels."""
    clock = FakeClock()
    transport = InProcess(account, clock, latency_s=0.15)
    sending = asyncio.create_task(transport.send(REQUEST))

    await clock.advance(0.1)
    was_done = sending.done()
    await clock.advance(0.1)

    assert (was_done, sending.result().status) == (False, 401)
    assert account.calls[0].at_s == 1000.0


async def test_a_hang_ends_as_a_timeout(account: Account) -> None:
    """After as long as the real transport would wait."""
    clock = FakeClock()
    account.faults.next(Endpoint.PLAYER, faults.unanswered())
    sending = asyncio.create_task(InProcess(account, clock).send(REQUEST))

    await clock.advance(14.9)
    was_done = sending.done()
    await clock.advance(0.1)

    assert not was_done
    with pytest.raises(Unreachable, match="timeout"):
        await sending


async def test_a_cut_is_unreachable(account: Account) -> None:
    """Half an answer is no answer."""
    account.faults.next(Endpoint.PLAYER, faults.cut())

    with pytest.raises(Unreachable, match="cut"):
        await InProcess(account, FakeClock()).send(REQUEST)

    assert account.calls[0].status == 0
