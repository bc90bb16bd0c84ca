"""The command line itself: its help, its completion, and how soon it is there."""

import subprocess
import sys

import click
import pytest
from click.shell_completion import BashComplete

from tonearm.server.cli import SECTIONS, main

HEAVY = {"aiohttp", "asyncio", "msgspec", "structlog", "websockets", "wcwidth", "sqlite3", "ssl"}

RUN_AND_TELL = """
import sys
from tonearm.server.cli import main
main(sys.argv[1:], standalone_mode=False)
print("\\n".join(sys.modules), file=sys.stderr)
"""


def test_the_help_lists_every_command_once() -> None:
    """A command that stands in no section would not be found."""
    listed = [name for names in SECTIONS.values() for name in names]

    assert sorted(listed) == sorted(main.commands)


def test_the_help_has_sections_and_examples() -> None:
    """Who types `tonearm` sees where to begin."""
    shown = main.get_help(click.Context(main, info_name="tonearm"))

    assert [line[:-1] for line in shown.splitlines() if line in {f"{t}:" for t in SECTIONS}] == [
        *SECTIONS
    ]
    assert "tonearm run --demo" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_a_short_help_that_is_not_cut(name: str) -> None:
    """An ellipsis helps nobody."""
    shown = main.commands[name].get_short_help_str(limit=70)

    assert shown
    assert not shown.endswith("...")


@pytest.mark.parametrize(
    ("typed", "begun", "completed"),
    [([], "st", ["status"]), (["status"], "--j", ["--json"]), ([], "res", ["resume"])],
)
def test_words_are_completed(typed: list[str], begun: str, completed: list[str]) -> None:
    """By what click brings along."""
    complete = BashComplete(main, {}, "tonearm", "_TONEARM_COMPLETE")

    assert [item.value for item in complete.get_completions(typed, begun)] == completed


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["hint", "--help"]])
def test_nothing_heavy_is_loaded_for_help(arguments: list[str]) -> None:
    """Completion asks at every Tab."""
    told = subprocess.run(
        [sys.executable, "-c", RUN_AND_TELL, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )

    assert HEAVY & set(told.stderr.split()) == set()
