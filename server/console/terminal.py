"""The terminal a command talks to: what its user reads, types, and has opened."""

import asyncio
import contextlib
import os
import shutil
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TextIO

from tonearm.server.configuration.keys import KEYS

LONGEST_LINE: Final = 10_000


def open_browser(link: str) -> bool:
    """Open ``link`` in the user's browser; its environment holds none of our secrets."""
    for key in KEYS:
        if key.is_secret:
            os.environ.pop(key.variable, None)  # they were read long ago
    return webbrowser.open(link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Standard input and output, and the way to the user's browser.

    ``open_browser`` may block for as long as the browser runs, as those in a terminal do.
    """

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    open_browser: Callable[[str], object] = open_browser

    @property
    def columns(self) -> int:
        return shutil.get_terminal_size().columns

    def say(self, text: str = "") -> None:
        """Print a line, at once even into a pipe."""
        print(text, file=self.stdout, flush=True)

    async def browse(self, link: str) -> None:
        """Open ``link`` in the user's browser, if there is one."""
        with contextlib.suppress(webbrowser.Error):
            await asyncio.to_thread(self.open_browser, link)

    async def typed_line(self) -> str:
        """Return the next line without its end, empty when there is none."""
        # Not in a thread: Ctrl-C would wait for Enter.
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        try:
            loop.add_reader(self.stdin, readable.set)
        except PermissionError:
            pass  # a plain file, which never keeps anybody waiting
        else:
            try:
                await readable.wait()
            finally:
                loop.remove_reader(self.stdin)
        try:
            line = self.stdin.readline(LONGEST_LINE)
        except UnicodeDecodeError:
            line = "\N{REPLACEMENT CHARACTER}"  # not text: whoever reads it says what it should be
        return line.encode(errors="replace").decode().strip()
