"""How long the service takes from being started to its first answer, and what it imports for that.

The yardstick is what anybody pays who serves HTTP with aiohttp: importing it.
"""

import asyncio
import re
import socket
import subprocess
import sys
from collections import defaultdict
from contextlib import AsyncExitStack
from operator import itemgetter
from statistics import median
from typing import Final

from children import child
from figures import Figure, Report, Yardstick
from installed import program
from meters import cores, started_on
from stand import Stand, settle, stand

ROUNDS: Final = 7
PEEK_S: Final = 0.002
IMPORT_ROUNDS: Final = 3
COSTLIEST: Final = 10
IMPORTED_TO_RUN: Final = (
    "import tonearm.server.cli, tonearm.server.lifetime, tonearm.server.configuration.config,"
    " tonearm.server.logs"
)
_REQUEST: Final = b"GET /v1/current HTTP/1.1\r\nHost: tonearm\r\nConnection: close\r\n\r\n"
_LINE: Final = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)


async def measure() -> Report:
    """Start the service and import aiohttp in turns; look at the imports apart from that."""
    async with stand() as owner:
        started: list[float] = []
        imported: list[float] = []
        for _ in range(ROUNDS):
            started.append(await _start_s(owner))
            imported.append(await _import_s(owner))
    figure = Figure(
        name=f"start until the first answer (median of {ROUNDS})",
        value=median(started),
        unit="s",
        must=0.6,
        aim=0.45,
        yardstick=Yardstick(name="`import aiohttp.web`", value=median(imported)),
    )
    costs = ", ".join(f"{name} {cost_ms:.0f}" for name, cost_ms in _import_costs())
    spread = f"{min(started):.2f} to {max(started):.2f} s"
    return Report(
        figures=[figure],
        notes=[
            f"start: {spread}, the yardstick {min(imported):.2f} to {max(imported):.2f} s",
            f"imports of `tonearm run`, ms spent in each package itself: {costs}",
        ],
    )


async def _start_s(owner: Stand) -> float:
    port = _free_port()
    owner.home.variables["TONEARM_SERVER_LISTEN"] = f"127.0.0.1:{port}"
    began_s = owner.clock.monotonic()
    async with AsyncExitStack() as stack:
        with started_on(cores()[0]):
            started = await stack.enter_async_context(program(owner.home, "run"))
        while not await _is_served(port):
            assert started.process.returncode is None, started.output
            await settle(PEEK_S)
        took_s = owner.clock.monotonic() - began_s
        await started.stop()
    return took_s


async def _import_s(owner: Stand) -> float:
    began_s = owner.clock.monotonic()
    script = "import aiohttp.web; print('imported', flush=True)"
    async with child("-c", script, core=cores()[0]) as started:
        await started.line()
        return owner.clock.monotonic() - began_s


async def _is_served(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.write(_REQUEST)
    line = await reader.readline()
    writer.close()
    return b" 200 " in line


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _import_costs() -> list[tuple[str, float]]:
    """Return the costliest packages with the milliseconds spent in their own modules."""
    rounds = [costs_ms(_import_log()) for _ in range(IMPORT_ROUNDS)]
    medians = [(name, median(costs[name] for costs in rounds)) for name in rounds[0]]
    return sorted(medians, key=itemgetter(1), reverse=True)[:COSTLIEST]


def _import_log() -> str:
    command = (sys.executable, "-X", "importtime", "-c", IMPORTED_TO_RUN)
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def costs_ms(log: str) -> dict[str, float]:
    """Return the time each top-level package took by itself, from an ``-X importtime`` log.

    The standard library counts as one.
    """
    costs: defaultdict[str, float] = defaultdict(float)
    for self_us, module in _LINE.findall(log):
        package = module.partition(".")[0]
        name = "the standard library" if package in sys.stdlib_module_names else package
        costs[name] += int(self_us) / 1000
    return costs
