"""What a command reads from its keyboard, whatever that is."""

import asyncio
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tonearm.server.configuration.keys import KEYS
from tonearm.server.console.terminal import LONGEST_LINE, Terminal


def typing(text: bytes) -> Terminal:
    """Return a terminal at whose keyboard ``text`` was typed and nothing will follow."""
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    return Terminal(stdin=os.fdopen(reading, encoding="utf-8"), stdout=io.StringIO())


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (b"code=a\n", "code=a"),
        (b"  code=a \r\nmore\n", "code=a"),
        (b"code=a", "code=a"),
        (b"\n", ""),
        (b"", ""),
        (b"\xff\xfe\n", "\N{REPLACEMENT CHARACTER}"),
        (b"a" * (2 * LONGEST_LINE), "a" * LONGEST_LINE),
    ],
)
async def test_a_line_is_what_was_typed_when_it_ends(typed: bytes, line: str) -> None:
    """Without its end, at most so long, and never an exception."""
    terminal = typing(typed)

    with terminal.stdin:
        assert await terminal.typed_line() == line


async def test_a_line_can_come_from_a_file_when_that_is_the_input(tmp_path: Path) -> None:
    """The event loop cannot wait for plain files, and need not."""
    (tmp_path / "typed").write_text("code=a\n")

    with (tmp_path / "typed").open() as stdin:
        line = await Terminal(stdin=stdin, stdout=io.StringIO()).typed_line()

    assert line == "code=a"


async def test_the_wait_can_be_ended_when_nobody_types() -> None:
    """Ctrl-C must not need an Enter after it."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "w"):
        waiting = asyncio.create_task(Terminal(stdin=stdin, stdout=io.StringIO()).typed_line())

        _, still_waiting = await asyncio.wait({waiting}, timeout=0.01)
        waiting.cancel()
        await asyncio.wait({waiting})

    assert still_waiting
    assert waiting.cancelled()


def test_a_browser_is_handed_no_secret(tmp_path: Path) -> None:
    """It runs for days, and whatever it starts sees its environment."""
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f"#!/bin/sh\nenv >{seen}.new && mv {seen}.new {seen}\n")
    browser.chmod(0o700)
    secrets = {key.variable: "canary" for key in KEYS if key.is_secret}
    program = (
        "import asyncio\n"
        "from tonearm.server.console.terminal import Terminal\n"
        "asyncio.run(Terminal().browse('http://127.0.0.1:1/'))\n"
    )

    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **secrets, "BROWSER": f"{browser} %s", "TONEARM_LOG_LEVEL": "debug"},
        check=True,
        timeout=30,
    )

    words = seen.read_text()
    assert "TONEARM_LOG_LEVEL=debug" in words
    assert "canary" not in words
