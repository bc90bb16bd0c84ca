"""What a viewer costs who takes nothing in, in our memory and in the kernel's.

Too many frames for any buffer go out within the time that a full one is given to drain. Our
server has nobody behind it here, since a look takes at least two seconds. ``broadcast()`` sends
as many to as many.
"""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from children import Sender, ours, sender
from figures import Figure, Report, Yardstick
from meters import kernel_kib, pss_kib
from peers import BROADCAST
from processes.crowd import PER_ADDRESS
from processes.hostile import NEVER_READS_BYTES
from processes.wire import LANGUAGES
from stand import settle

VIEWERS: Final = 100
FRAMES: Final = 1_000
GAP_S: Final = 0.004
SETTLE_S: Final = 1.0
TITLE: Final = 280 * "x"
PAYLOAD: Final = 800 * "x"
"""As long as our frame about such a title."""


@dataclass(frozen=True, slots=True)
class Grown:
    """By how many KiB a server's memory and the kernel's grew for each of them."""

    user: float
    kernel: float


async def measure() -> Report:
    """Send them a thousand frames."""
    async with _deaf_to("house") as house, _deaf_to("broadcast") as broadcast:
        before = [pss_kib(each.child.pid) for each in (house, broadcast)]
        for number in range(FRAMES):
            await house.send(f"{number:03} {TITLE}")
            await broadcast.send(PAYLOAD)
            await settle(GAP_S)
        own, peers = (
            Grown((pss_kib(each.child.pid) - then) / VIEWERS, kernel_kib(each.port) / VIEWERS)
            for each, then in zip((house, broadcast), before, strict=True)
        )
    return Report(
        figures=[
            Figure(
                name="a viewer that never reads, our memory and the kernel's",
                value=own.user + own.kernel,
                unit="KiB",
                must=64,
                aim=32,
                yardstick=Yardstick(name=BROADCAST.name, value=peers.user + peers.kernel),
            ),
        ],
        notes=[
            (
                f"a viewer that never reads, after {FRAMES:,} frames: {own.user:.1f} KiB are ours"
                f" and {own.kernel:.1f} the kernel's ({BROADCAST.name}: {peers.user:.1f} and"
                f" {peers.kernel:.1f})"
            ),
        ],
    )


@asynccontextmanager
async def _deaf_to(server: str) -> AsyncIterator[Sender]:
    """Run a server of ``processes/`` and let them come."""
    async with sender(*ours(server)) as running:
        await running.send(TITLE)
        with _coming_to(running.port):
            await settle(SETTLE_S)
            yield running


@contextlib.contextmanager
def _coming_to(port: int) -> Iterator[None]:
    """Ask to be let in and never look at the answer."""
    with contextlib.ExitStack() as stack:
        for number in range(VIEWERS):
            viewer = stack.enter_context(socket.socket())
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NEVER_READS_BYTES)
            viewer.bind((f"127.4.1.{number // PER_ADDRESS + 1}", 0))
            viewer.connect(("127.0.0.1", port))
            viewer.sendall(LANGUAGES["websocket"].request)
        yield
