"""The composition root: everything is made here once, handed what it needs, and taken down again.

Nothing looks or sends before everything stands. At the end the poller stops and the viewers are
told to come back; then what was made last is taken down first: the port closes, a running token
request may end, and the databases close.
"""

import asyncio
import gc
import random
import secrets
import signal
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from tonearm.poller.clock import Clock, SystemClock
from tonearm.poller.login import Login
from tonearm.poller.loop import Poller
from tonearm.poller.options import Hosts
from tonearm.poller.plays import open_plays

from . import control, front, http
from .account import open_account
from .hub import Hub
from .pages import Pages
from .settings import Settings

log = structlog.get_logger()

GC_THRESHOLDS: Final = (50_000, 10, 10)
"""With thousands of sockets a young collection costs much and finds nothing."""


async def serve(settings: Settings, *, is_demo: bool, announce: Callable[[str], None]) -> None:
    """Run the service until SIGINT or SIGTERM; ``announce`` is told where it can be seen.

    Raises:
        TonearmError: the state directory, the port or the control socket cannot be had.
    """
    gc.set_threshold(*GC_THRESHOLDS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        service = await (_demonstrate if is_demo else _compose)(stack, settings, SystemClock())
        async with asyncio.TaskGroup() as tasks:
            poller = tasks.create_task(service.poller.run(), name="poller")
            hub = tasks.create_task(service.hub.run(), name="hub")
            announce(service.url)
            gc.freeze()
            await stop.wait()
            log.info("stopping")
            poller.cancel()
            await service.hub.close()
            hub.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """The service, listening but not yet looking."""

    url: str
    login: Login
    poller: Poller
    hub: Hub


async def _demonstrate(stack: AsyncExitStack, settings: Settings, clock: Clock) -> _Service:
    """Build the service on a simulated account, and log in there."""
    from . import demo  # noqa: PLC0415  (who runs the real thing need not load it)

    stage = await stack.enter_async_context(demo.open_demo(settings, clock=clock))
    service = await _compose(
        stack, stage.settings, clock, hosts=stage.hosts, extra_routes=demo.cover_routes()
    )
    await service.login.finish(await stage.consent(service.login.begin()))
    return service


async def _compose(
    stack: AsyncExitStack,
    settings: Settings,
    clock: Clock,
    *,
    hosts: Hosts = Hosts(),  # noqa: B008  (a frozen value)
    extra_routes: Iterable[web.RouteDef] = (),
) -> _Service:
    """Build the service on ``stack``."""
    account = await stack.enter_async_context(open_account(settings, hosts=hosts, clock=clock))
    plays = await stack.enter_async_context(open_plays(account.directory, clock=clock))

    hub = Hub(
        clock,
        on_arrival=lambda: poller.viewer_arrived(),  # noqa: PLW0108  (made after the hub)
        max_connections=settings.server.max_connections,
    )
    poller = Poller(
        spotify=account.spotify,
        plays=plays,
        clock=clock,
        emit=hub.publish,
        audience=hub.audience,
        pace=settings.look,
        rules=settings.publish,
        epoch=secrets.token_hex(4),
        chance=random.random,
    )
    await poller.restore()
    login = account.login(logged_in=poller.logged_in)

    await stack.enter_async_context(
        control.listen(control.application(login), settings.control.socket)
    )
    application = http.application(
        hub,
        pages=Pages.load(public_url=settings.server.public_url),
        clock=clock,
        jitter=random.random,
        extra_routes=extra_routes,
    )
    listen = settings.server.listen
    listening = await stack.enter_async_context(
        front.listen(application, listen.host, listen.port, clock=clock)
    )
    log.info("listening", url=listening.url)
    return _Service(url=listening.url, login=login, poller=poller, hub=hub)
