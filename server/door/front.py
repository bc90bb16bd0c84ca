"""The one port: opens it, puts the guard in front of it, and gives it back at the end.

It knows the application only as something that answers requests.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from tonearm.poller.clock import Clock

from . import binding
from .caller import Caller, Door
from .digest import Digest
from .entrance import Entrance
from .guard import Guard, Limits
from .porter import Porter, expecting_nothing

# For answers that are being made, all of which take milliseconds. aiohttp waits so long twice for
# each caller that does not take its answers, or not send all that it began.
_STOP_S: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the port really is: one (host, port) per socket, and an address to open."""

    url: str
    addresses: tuple[tuple[str, int], ...]


@contextlib.asynccontextmanager
async def listen(
    app: web.Application,
    host: str,
    port: int,
    *,
    clock: Clock,
    limits: Limits = Limits(),  # noqa: B008  (a frozen value)
    tls: Callable[[], ssl.SSLContext] | None = None,
    setting: str = "server.listen",
) -> AsyncIterator[Listening]:
    """Serve ``app`` on one port while the context is open; port 0 takes any that is free.

    ``tls`` is asked for each connection, so a certificate may be renewed meanwhile. ``setting`` is
    what an owner has to change when the address is not to be had.

    Raises:
        CannotListen: the address is not to be had; PortTaken when somebody else has it.
    """
    guard, digest = Guard(limits), Digest(clock)
    door = Door(clock, digest)
    app.middlewares.insert(0, Porter(door, guard, digest, clock).admit)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_S)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(binding.bind(host, port, setting=setting))
        await runner.setup()
        server = runner.server
        assert server is not None  # noqa: S101  (the runner is set up)
        server.request_handler = expecting_nothing(server.request_handler)
        entrance = Entrance(
            listener,
            guard=guard,
            digest=digest,
            clock=clock,
            protocol=lambda connection: Caller(door, server, connection),
            tls=tls,
        )
        stack.callback(entrance.hang_up)
        stack.push_async_callback(runner.cleanup)
        listening = Listening(
            url=binding.url(listener, host, is_tls=tls is not None),
            addresses=(listener.getsockname()[:2],),
        )
        entrance.open()
        tasks = (
            asyncio.create_task(door.sweep(), name="front sweep"),
            asyncio.create_task(digest.run(), name="front digest"),
        )
        stack.push_async_callback(_end, tasks)
        stack.push_async_callback(entrance.close)
        yield listening


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
