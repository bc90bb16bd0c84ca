"""What a command reads from its keyboard, whatever that is."""

import asyncio
import io
import os
from pathlib import Path

import pytest

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
