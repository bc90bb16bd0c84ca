"""How a process of the bench is told things and answers: in lines."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any, TextIO


async def lines_of(stream: TextIO) -> AsyncIterator[str]:
    """Yield the lines of a pipe, without what ends them."""
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), stream)
    while line := await lines.readline():
        yield line.decode().rstrip("\n")


def say(what: Any) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()
