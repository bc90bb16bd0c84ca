"""From the first task to the last: starts what ``app`` made, and waits for the signal to stop.

At the end the poller stops and the viewers are told to come back; then all that was made is taken
down.
"""

import asyncio
import gc
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

import structlog

from tonearm.poller.clock import SystemClock
from tonearm.server.configuration.settings import Settings
from tonearm.server.upkeep import watchdog
from tonearm.server.upkeep.notify import Supervisor

from .app import compose, demonstrate

log = structlog.get_logger()

GC_THRESHOLDS: Final = (15_000, 33, 10)
"""With thousands of sockets a collection costs much and finds nothing.

The first number bounds how long a young one stops the loop while a crowd comes: it walks over a
thousand viewers. The second lets thirty thousand come before a middle one walks over all of them.
"""


async def serve(settings: Settings, *, is_demo: bool, announce: Callable[[str], None]) -> None:
    """Run the service until SIGINT or SIGTERM; ``announce`` is told where it can be seen.

    Raises:
        TonearmError: the state directory, the port or the control socket cannot be had.
        ConfigError: the certificate or a service for alerts cannot be used.
    """
    gc.set_threshold(*GC_THRESHOLDS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    supervisor = Supervisor.found(os.environ)
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        service = await (demonstrate if is_demo else compose)(stack, settings, clock)
        async with asyncio.TaskGroup() as tasks:
            hub = tasks.create_task(service.hub.run(), name="hub")
            parts = [tasks.create_task(part(), name=name) for name, part in service.parts.items()]
            report = watchdog.report(
                supervisor,
                turned_s=lambda: service.poller.turned_s,
                words=service.words,
                clock=clock,
            )
            parts.append(tasks.create_task(report, name="watchdog"))
            announce(service.url)
            gc.freeze()
            supervisor.tell("READY=1")
            await stop.wait()
            log.info("stopping")
            supervisor.tell("STOPPING=1", "STATUS=stopping")
            for part in parts:
                part.cancel()
            await service.hub.close()
            hub.cancel()
