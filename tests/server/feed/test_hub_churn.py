"""Viewers that join, leave, stall and resume at random while a thousand changes go out."""

import asyncio
import random
from contextlib import suppress

from hasty_clock import HastyClock
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from socket_viewers import SocketViewer
from viewers import TRACK, PaperViewer, Service, playing

from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.hub import DEADLINE_S, Hub

CHANGES = 1_000
TURN_STEP_S = 0.0015  # two looks at the clock, and a turn is over

LONG_TRACK = replace(TRACK, title="“long”" * 60, byline="\\" * 480)
"""Makes frames of nearly four kibibytes, of which a socket often takes only the beginning."""


class SlowViewer(PaperViewer):
    """A viewer without a connection, whose buffer is now and then full after a write."""

    def __init__(self, hub: Hub, chance: random.Random) -> None:
        super().__init__(chance.choice(list(Encoding)))
        self._hub = hub
        self.is_stalled = False
        self.on_write = lambda: hub.lag(self) if self.is_stalled else None

    def resume(self) -> None:
        self.is_stalled = False
        self._hub.catch_up(self)


@given(seed=st.integers(0, 1 << 32))
@settings(max_examples=5)
def test_who_is_there_ends_with_the_newest_and_never_went_back(seed: int) -> None:
    """Whatever happens between the turns of a walk, and within them."""
    chance = random.Random(seed)

    async def play() -> None:
        clock = HastyClock(step_s=TURN_STEP_S)
        hub = Hub(clock, on_arrival=lambda: None, max_connections=1)
        running = asyncio.create_task(hub.run())
        present: list[SlowViewer] = []
        everybody: list[SlowViewer] = []
        for seq in range(1, CHANGES + 1):
            hub.publish(playing(seq))
            for _ in range(chance.randrange(6)):
                match chance.choice(["join", "join", "leave", "retire", "stall", "resume", "turn"]):
                    case "join" if len(present) < 150:
                        viewer = SlowViewer(hub, chance)
                        present.append(viewer)
                        everybody.append(viewer)
                        hub.join(viewer)
                    case "leave" if present:
                        hub.leave(present.pop(chance.randrange(len(present))))
                    case "retire" if present:
                        hub.retire(present.pop(chance.randrange(len(present))))
                    case "stall" if present:
                        chance.choice(present).is_stalled = True
                    case "resume" if present:
                        chance.choice(present).resume()
                    case _:
                        await asyncio.sleep(0)  # noqa: TID251  (one turn of the loop)
        for viewer in present:
            viewer.resume()
        await clock.settle()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

        assert hub.audience() == len(present)
        assert all(viewer.seqs()[-1] == CHANGES for viewer in present)
        assert all(seqs == sorted(set(seqs)) for seqs in (each.seqs() for each in everybody))

    asyncio.run(play())


@given(seed=st.integers(0, 1 << 32))
@settings(max_examples=3)
def test_who_is_there_ends_with_the_newest_over_real_sockets(seed: int) -> None:
    """No frame is torn, none goes to the wrong socket, and pings and beats hurt nobody.

    Descriptors are used again at once, buffers hold little more than a frame, and all that a
    transport does of itself happens as it does in service.
    """
    chance = random.Random(seed)

    async def play() -> None:
        service = Service(clock=HastyClock(step_s=TURN_STEP_S))
        running = asyncio.create_task(service.hub.run())
        present: list[SocketViewer] = []
        for seq in range(1, CHANGES + 1):
            service.hub.publish(playing(seq, item=chance.choice((TRACK, LONG_TRACK))))
            for _ in range(chance.randrange(6)):
                await _something(service, present, chance)
            for viewer in present:
                viewer.read()
            present = [viewer for viewer in present if viewer.is_there]
        for viewer in present:
            viewer.is_awake = True
        async with asyncio.timeout(30):
            while any(viewer.is_there and viewer.seq < CHANGES for viewer in present):
                await asyncio.sleep(0)  # noqa: TID251
                for viewer in present:
                    viewer.read()
        for viewer in present:
            viewer.leave()
        await service.until_audience_is(0)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

        assert any(viewer.seq == CHANGES for viewer in present)

    asyncio.run(play())


async def _something(service: Service, present: list[SocketViewer], chance: random.Random) -> None:
    """Let one thing happen to one viewer, or to time."""
    if len(present) < 20 or (len(present) < 80 and chance.random() < 0.2):
        present.append(await SocketViewer.join(service, chance.choice(list(Encoding))))
        return
    viewer = chance.choice(present)
    match chance.choice(["leave", "part", "ping", "stall", "stall", "resume", "turn", "wait"]):
        case "leave":
            viewer.leave()
        case "part":
            viewer.part()
        case "ping":
            viewer.ping()
        case "stall":
            viewer.is_awake = False
        case "resume":
            viewer.is_awake = True
        case "wait" if chance.random() < 0.05:
            await service.clock.advance(DEADLINE_S / 2)
        case _:
            await asyncio.sleep(0)  # noqa: TID251
