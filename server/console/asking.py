"""What the commands ask of the running service: each a short conversation, and an answer.

It knows how the service is found, not how an answer looks on a screen.
"""

import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TextIO

from tonearm.poller.clock import SystemClock
from tonearm.server.configuration.config import control_sockets
from tonearm.server.ink import ink_for
from tonearm.server.owner.control_client import NotOurs, reach
from tonearm.server.owner.control_messages import Farewell, Report

from .keeper import open_keeper
from .watching import CannotWatch, Watching


async def report(environ: Mapping[str, str], *, config: Path | None) -> Report:
    """Ask how the service is."""
    async with reach(control_sockets(environ, config=config)) as service:
        return await service.report()


async def pause(
    environ: Mapping[str, str], *, config: Path | None, duration_s: float | None
) -> int | Literal["resume"] | None:
    """Go incognito and return until when (ms UTC)."""
    async with reach(control_sockets(environ, config=config)) as service:
        return (await service.pause(duration_s)).status.paused_until


async def resume(environ: Mapping[str, str], *, config: Path | None) -> None:
    """End the incognito."""
    async with reach(control_sockets(environ, config=config)) as service:
        await service.resume()


async def logout(environ: Mapping[str, str], *, config: Path | None) -> Farewell:
    """Delete grant and plays, in the running service or in the state directory."""
    keeping = open_keeper(environ, config=config, clock=SystemClock(), command="logout")
    async with keeping as keeper:
        return await keeper.logout()


async def watch(
    environ: Mapping[str, str], *, config: Path | None, url: str | None, stdout: TextIO
) -> None:
    """Watch the service at ``url``, or the one that runs here, until cancelled."""

    async def find() -> str:
        if url is not None:
            return url
        try:
            return (await report(environ, config=config)).url
        except NotOurs as error:
            raise CannotWatch(
                f"{error} Its address is enough to watch it: `tonearm watch --url URL`."
            ) from None

    await Watching(
        find=find,
        stdout=stdout,
        ink=ink_for(stdout, os.environ),
        clock=SystemClock(),
        chance=random.random,
        is_live=stdout.isatty() and environ.get("TERM") != "dumb",
    ).run()
