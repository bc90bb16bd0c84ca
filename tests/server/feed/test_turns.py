"""Turns: whoever speaks during one is heard before the next."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from hasty_clock import HastyClock
from viewers import PaperViewer

from tonearm.server.feed.roster import Roster
from tonearm.server.feed.turns import TURN_S, in_turns, walk

STEPS = 5


async def walk_a_roster(step: Callable[[], None], clock: HastyClock) -> None:
    """Take each step as one of a walk."""
    roster = Roster()
    for _ in range(STEPS):
        roster.add(PaperViewer())

    def take(below: int) -> int:
        step()
        return below - 1

    await walk(roster, take, clock)


async def go_through_a_list(step: Callable[[], None], clock: HastyClock) -> None:
    """Take each step for one thing of many."""
    async for _ in in_turns(range(STEPS), clock):
        step()


@pytest.mark.parametrize("work", [walk_a_roster, go_through_a_list])
async def test_whoever_speaks_in_a_turn_is_heard_before_the_next(
    work: Callable[[Callable[[], None], HastyClock], Awaitable[None]],
) -> None:
    """Else a ping could wait for two turns, and everything else with it."""
    happened: list[str] = []
    near, far = socket.socketpair()

    def step() -> None:
        happened.append("turn")
        far.send(b"x")

    def hear() -> None:
        near.recv(1)
        happened.append("heard")

    with near, far:
        asyncio.get_running_loop().add_reader(near, hear)
        await work(step, HastyClock(step_s=TURN_S))
        asyncio.get_running_loop().remove_reader(near)

    assert happened == ["turn", "heard"] * STEPS
