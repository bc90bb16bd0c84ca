"""docs/reliability.md: every fault of the catalogue, once, and every test it names is there."""

import ast
import re
from functools import cache

from documents import ROOT, Document

PAGE = Document.named("docs/reliability.md")
CATALOGUE = {"U": 17, "T": 15, "C": 11, "P": 5, "H": 10, "K": 9}
"""How many faults there are of Spotify, login and storage, viewers, proxies, the host, the card."""

ROWS = list(PAGE.rows("id"))
_BY_HAND = re.compile(r"\[by hand: ([^]]+)\]\(#([^)]+)\)")


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, from its text."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


def test_every_fault_stands_there_once_and_in_order() -> None:
    """Who looks for one finds what is done about it."""
    expected = [
        f"{kind}{number}" for kind, most in CATALOGUE.items() for number in range(1, most + 1)
    ]

    assert [cells[0] for cells in ROWS] == expected


def test_every_row_says_what_happens_and_what_shows_it() -> None:
    """No promise without a test or a way to see it."""
    for _, fault, behaviour, shown_by in ROWS:
        assert fault
        assert behaviour.endswith(".")
        assert "::test_" in shown_by or _BY_HAND.search(shown_by)


def test_every_test_that_is_named_exists() -> None:
    """A test that is renamed or deleted takes its row along."""
    named = [node.split("::") for cells in ROWS for node in re.findall(r"`(tests/\S+)`", cells[3])]

    assert named
    assert [(path, name) for path, name in named if name not in names_in(path)] == []


def test_no_row_names_a_test_twice() -> None:
    """Each adds something."""
    for cells in ROWS:
        nodes = re.findall(r"`(tests/\S+)`", cells[3])
        assert len(nodes) == len(set(nodes))


def test_every_procedure_is_written_down_and_asked_for() -> None:
    """What must be done by hand is told step by step, and none of it is forgotten."""
    asked_for = {title for cells in ROWS for title, _ in _BY_HAND.findall(cells[3])}
    written = re.findall(r"^### (.+)$", PAGE.text.partition("## By hand")[2], re.MULTILINE)

    assert {title.lower() for title in written} == asked_for
