"""A month with every fault: real tokens, ledger and databases on a clock that runs fast.

Each day the service is restarted, the wall clock jumps by ten years, and Spotify fails in every
way it knows. At the end nothing has piled up, and nobody has to log in.
"""

import asyncio
import gc
import random
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from patient_clock import PatientClock
from token_answers import consent

from tonearm.poller.ledger import Ledger
from tonearm.poller.ledger_store import open_ledger_store
from tonearm.poller.loop import Poller
from tonearm.poller.options import App, Hosts, Pace, Rules
from tonearm.poller.playback import Health, Snapshot
from tonearm.poller.plays import open_plays
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint, Fault
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.in_process import InProcess
from tonearm.poller.simulated.music import Album, track
from tonearm.poller.spotify import Spotify
from tonearm.poller.store import open_state
from tonearm.poller.tokens import Tokens

DAYS = 2
DAYS_SOAK = 30
FIRST_DAYS = 2  # until caches have grown to what they are
DAILY_CALLS = 2_000
HOUR_S = 3_600.0
TEN_YEARS_S = 10 * 365 * 86_400.0
ALBUM = Album(name="Test Pressing", cover="dusk", by=("The Testers",))
SIDES = [track(f"Side {number}", ALBUM, duration_s=180 + number) for number in range(60)]
# All but a refused quota: what that teaches is meant to last for days.
FAULTS: tuple[Fault, ...] = (
    faults.unauthorized(),
    faults.rate_limited("40"),
    faults.rate_limited("NaN"),
    faults.server_trouble(),
    faults.server_trouble_empty(),
    faults.server_trouble_html(),
    faults.captive_portal(),
    faults.redirected(),
    faults.empty(),
    faults.unanswered(),
    faults.hang(),
    faults.cut(),
    faults.truncated(),
    faults.without_item(),
    faults.without_progress(),
    faults.progress(2**63),
)


@dataclass(kw_only=True)
class House:
    """What one start of the service has, and who watches."""

    poller: Poller
    tokens: Tokens
    ledger: Ledger
    viewers: int = 0


@asynccontextmanager
async def started(state: Path, spotify: Account, clock: PatientClock) -> AsyncIterator[House]:
    """Start everything but the server, as the service does, and stop it in good order."""
    transport = InProcess(spotify, clock, latency_s=0.1)
    app = App(client_id=spotify.authorization.app.client_id)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_state(state, clock=clock))
        kept = await stack.enter_async_context(open_ledger_store(store.directory, clock=clock))
        plays = await stack.enter_async_context(open_plays(store.directory, clock=clock))
        tokens = Tokens(
            store=store,
            transport=transport,
            clock=clock,
            app=app,
            runtime_directory=None,
            jitter=lambda: 0.5,
        )
        stack.push_async_callback(tokens.close)
        await tokens.load()
        ledger = Ledger(store=kept, clock=clock, setting=DAILY_CALLS)
        stack.push_async_callback(ledger.close)
        await ledger.load()
        client = Spotify(
            transport=transport,
            tokens=tokens,
            store=store,
            ledger=ledger,
            app=app,
            hosts=Hosts(),
            clock=clock,
        )
        await client.load()
        newest: list[Snapshot] = []
        poller = Poller(
            spotify=client,
            ledger=ledger,
            plays=plays,
            clock=clock,
            emit=lambda snapshot: newest.__setitem__(slice(None), [snapshot]),
            audience=lambda: house.viewers,
            has_readers=lambda: False,
            pace=Pace(),
            rules=Rules(),
            epoch="test",
            chance=lambda: 0.5,
        )
        house = House(poller=poller, tokens=tokens, ledger=ledger)
        await poller.restore()
        task = asyncio.create_task(poller.run(), name="poller")
        try:
            yield house
        finally:
            task.cancel()
            await asyncio.wait({task})
        assert task.cancelled(), task.exception()


async def live_a_day(
    house: House, spotify: Account, clock: PatientClock, chance: random.Random
) -> None:
    """Four hours of music with visits and every fault, then a quiet day."""
    for _ in range(24):
        spotify.player.play(chance.sample(SIDES, 4), clock.monotonic())
        house.viewers = int(chance.random() < 0.4)
        if house.viewers:
            house.poller.viewer_arrived()
        for fault in chance.sample(FAULTS, 2):
            where = chance.choice([Endpoint.ANY, Endpoint.PLAYER, Endpoint.TOKEN])
            spotify.faults.next(where, fault, times=chance.choice([1, 1, 2]))
        if chance.random() < 0.2:
            spotify.revoke_access()
        await clock.advance(600)
    spotify.faults.clear()
    house.viewers = 0
    spotify.player.pause(clock.monotonic())
    await clock.advance(20 * HOUR_S)


def count_descriptors() -> int:
    """Return how many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("rotation", [Rotation.NONE, Rotation.GRACE])
async def test_a_month_of_every_fault_leaves_nothing_behind(
    rotation: Rotation, memory: Path, *, is_soak: bool
) -> None:
    """Heap and descriptors are those of the first days, and the login those of the first hour."""
    chance, clock, spotify = random.Random(rotation), PatientClock(), Account()
    spotify.authorization.grants.rotation = rotation
    blocks, descriptors, health = [], [], []

    with clock.watching():
        async with started(memory / "state", spotify, clock) as house:
            login = consent(clock, refresh=spotify.agree(clock.monotonic()), access="stale")
            await house.tokens.adopt(login, None)
        for _ in range(FIRST_DAYS + (DAYS_SOAK if is_soak else DAYS)):
            async with started(memory / "state", spotify, clock) as house:
                clock.step_wall(chance.choice([0.0, TEN_YEARS_S, -TEN_YEARS_S]))
                await live_a_day(house, spotify, clock, chance)
                assert house.ledger.usage.last_24h <= DAILY_CALLS
                health.append(house.poller.snapshot.health)
            spotify.calls.clear()
            gc.collect()
            blocks.append(sys.getallocatedblocks())
            descriptors.append(count_descriptors())

    assert set(health) == {Health.OK}
    assert max(descriptors) == descriptors[0]
    assert blocks[-1] < blocks[FIRST_DAYS] * 1.02
