"""What is measured and how it is made to move: an account, an owner's home, and the real service.

The service is a process of its own, started by its command line; all it meets comes over sockets.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from children import Crowd, Told
from installed import CLIENT_SECRET, Home, Service, log_in, service
from meters import cores, started_on

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import Authorization, RegisteredApp
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.http import serve
from tonearm.poller.simulated.listener import Listener
from tonearm.poller.simulated.music import Album, track

ALBUM = Album(name="Test Pressing", cover="dusk", by=("The Testers", "Mara Lind"))
LONG_NAMES = Album(
    name=180 * "n", cover="dusk", by=tuple(f"{number} {50 * 'a'}" for number in range(5))
)
"""As much as fits without being cut; frames about it are some two times as long."""
A_PROXY = "192.0.2.0/24"
"""Nobody comes from there; but with a proxy declared, addresses of this machine count as any."""


def guarded(connections: int, *, watched_s: int = 2) -> dict[str, str]:
    """Return the settings of a service with its guards on and room for so many."""
    return {
        "TONEARM_LOOK_WATCHED_S": str(watched_s),
        "TONEARM_SERVER_MAX_CONNECTIONS": str(connections),
        "TONEARM_SERVER_TRUSTED_PROXIES": A_PROXY,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was played, when the account first said so, and when the viewers were told."""

    title: str
    answered_s: float
    told: Told


@dataclass(kw_only=True)
class Stand:
    """An account whose API does not lag, and a home where its owner has logged in."""

    home: Home
    account: Account
    clock: SystemClock
    _takes: "count[int]" = field(default_factory=count)

    def play(self, title: str = "Warming up", album: Album = ALBUM) -> float:
        """Let something play; return since when. A service looks often only while it does."""
        since_s = self.clock.monotonic()
        self.account.player.play([track(title, album, duration_s=3000)], since_s)
        return since_s

    async def change(
        self, viewers: Crowd, *, naps: bool = False, pings: bool = False, album: Album = ALBUM
    ) -> Change:
        """Play something new and wait until every viewer was told of it by the service."""
        title = f"Take {next(self._takes):04}"
        await viewers.watch(title, naps=naps, pings=pings)
        since_s = self.play(title, album)
        told = await viewers.told()
        answered_s = next(
            call.at_s
            for call in self.account.calls
            if call.path == Endpoint.PLAYER and call.at_s >= since_s
        )
        return Change(title=title, answered_s=answered_s, told=told)


@asynccontextmanager
async def stand(**variables: str) -> AsyncIterator[Stand]:
    """Set everything up but the service; ``variables`` are its ``TONEARM_...`` settings."""
    clock = SystemClock()
    account = Account(
        listener=Listener(epoch_s=clock.now() - clock.monotonic()),
        authorization=Authorization(app=RegisteredApp(client_secret=CLIENT_SECRET)),
    )
    with tempfile.TemporaryDirectory(prefix="tonearm-bench-") as folder:
        async with serve(account, clock=clock) as url:
            home = Home(
                path=Path(folder),
                spotify_url=url,
                client_id=account.authorization.app.client_id,
                # As an owner runs it: what the tests add to notice more would be measured too.
                variables={"TONEARM_LOG_LEVEL": "info", "PYTHONWARNINGS": "default", **variables},
            )
            await log_in(home)
            yield Stand(home=home, account=account, clock=clock)


@asynccontextmanager
async def serving(stand: Stand) -> AsyncIterator[Service]:
    """Run the service on the core of what is measured."""
    async with AsyncExitStack() as stack:
        with started_on(cores()[0]):
            running = await stack.enter_async_context(service(stand.home))
        yield running
        await running.stop()


def port_of(url: str) -> int:
    """Return the port of an address like ``http://127.0.0.1:3345``."""
    return int(url.rsplit(":", 1)[1].rstrip("/"))


async def settle(duration_s: float) -> None:
    """Let what was just done come to rest before it is measured."""
    await asyncio.sleep(duration_s)  # noqa: TID251  (real processes have no fake clock)
