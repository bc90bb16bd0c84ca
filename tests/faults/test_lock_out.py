"""A lock-out of 79,892 s, as it was really seen: nobody asks before its end, whatever restarts."""

import asyncio
import random
from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore
from fake_transport import FakeTransport
from installed import Home, log_in, service
from running_poller import Service
from spotify_line import NOTHING, too_many
from watching import watcher

from tonearm.poller.errors import RateLimited
from tonearm.poller.ledger import Ledger
from tonearm.poller.options import App, Hosts
from tonearm.poller.secret import Secret
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.spotify import Spotify
from tonearm.poller.store import GrantStore, open_state

LOCK_OUT_S = 79_892.0
RESTARTS = 20
RESTARTS_OF_PROCESSES = 3


class AnyToken:
    """Whoever asks has a good access token."""

    async def access(self) -> Secret:
        return Secret("any")

    async def reject(self, token: Secret) -> None:
        raise AssertionError("nobody said 401")


async def client(store: GrantStore, transport: FakeTransport, clock: FakeClock) -> Spotify:
    """Start the client on what is kept."""
    spotify = Spotify(
        transport=transport,
        tokens=AnyToken(),
        store=store,
        ledger=Ledger(store=FakeLedgerStore(), clock=clock, setting=1_000),
        app=App(client_id="app"),
        hosts=Hosts(),
        clock=clock,
    )
    await spotify.load()
    return spotify


@pytest.mark.parametrize("with_reboots", [False, True])
async def test_twenty_restarts_of_the_poller_in_a_lock_out_ask_nothing(
    tmp_path: Path, *, with_reboots: bool
) -> None:
    """Kept on a real disk, with a viewer who waits and reloads; after its end all is well."""
    clock, chance = FakeClock(), random.Random(20)
    transport = FakeTransport([too_many(str(LOCK_OUT_S), "QUOTA_EXCEEDED")])
    began_s = clock.now()
    async with open_state(tmp_path / "state", clock=clock) as store:
        with pytest.raises(RateLimited):
            await (await client(store, transport, clock)).look()

    for restart in range(RESTARTS):
        if with_reboots:
            clock.reboot()
        async with open_state(tmp_path / "state", clock=clock) as store:
            spotify = await client(store, transport, clock)
            service = Service(clock=clock, spotify=spotify)
            async with service.running():
                service.arrive()
                await clock.advance(chance.uniform(0, 0.9 * LOCK_OUT_S / RESTARTS))
                assert service.poller.snapshot.health == "limited", restart
    asked_during = len(transport.requests)
    transport.then(*[NOTHING] * 10)
    async with open_state(tmp_path / "state", clock=clock) as store:
        service = Service(clock=clock, spotify=await client(store, transport, clock))
        async with service.running():
            await clock.advance(LOCK_OUT_S - (clock.now() - began_s) + 60)

    assert asked_during == 1
    assert len(transport.requests) > 1


@pytest.mark.parametrize("refuses", [faults.Endpoint.PLAYER, faults.Endpoint.TOKEN])
async def test_restarts_of_the_service_in_a_lock_out_ask_nothing(
    refuses: faults.Endpoint, home: Home, spotify: Account, *, is_soak: bool
) -> None:
    """By Spotify's own log: not the player, not the token endpoint, whoever comes."""
    await log_in(home)
    spotify.revoke_access()
    spotify.faults.next(refuses, faults.rate_limited(f"{LOCK_OUT_S:.0f}"))
    async with service(home) as running, watcher(running.url) as viewer:
        await viewer.has("limited")
        assert await running.stop() == 0
    asked = spotify.count()

    for _ in range(RESTARTS if is_soak else RESTARTS_OF_PROCESSES):
        async with service(home) as running:
            async with watcher(running.url) as viewer, asyncio.timeout(5):
                await viewer.has("limited")
            assert await running.stop() == 0

    assert spotify.count() == asked
