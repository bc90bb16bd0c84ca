"""Somebody who starts programs and listens to what they tell of themselves, as systemd does."""

import asyncio
import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE_S = 20.0
_NUMBER = itertools.count()


@dataclass(kw_only=True)
class Supervisor:
    """Listens at ``address``, which stands in NOTIFY_SOCKET; ``told`` is all it heard so far."""

    address: str
    ear: socket.socket
    told: list[str] = field(default_factory=list)

    async def hears(self, part: str) -> str:
        """Return the next line that holds ``part``."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                lines = (await loop.sock_recv(self.ear, 4096)).decode().split("\n")
                self.told += lines
                for line in lines:
                    if part in line:
                        return line


@contextmanager
def supervising() -> Iterator[Supervisor]:
    """Listen while the context lasts."""
    name = f"tonearm-test-{os.getpid()}-{next(_NUMBER)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0{name}")
        ear.setblocking(False)
        yield Supervisor(address=f"@{name}", ear=ear)
