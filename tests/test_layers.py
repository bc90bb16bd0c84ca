"""The rules of who may import whom, and proof that a machine notices when they are broken."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PACKAGES = ("poller", "server", "systemd", "web")
LONE = re.compile(r"(poller|server|systemd|web)(\.|$)")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the packages and their rules, to break something in."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in (*PACKAGES, ".src"):
        shutil.copytree(ROOT / folder, tmp_path / folder, symlinks=True, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the import rules of the tree at ``root``."""
    return subprocess.run(
        [BIN / "lint-imports", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / ".src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_layers_hold() -> None:
    """The tree as it stands breaks no rule."""
    checked = lint_imports(ROOT)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("poller/cadence.py", "import asyncio", "the core is pure"),
        ("poller/cadence.py", "import random", "the core is pure"),
        ("server/feed/frames.py", "import aiohttp", "the core is pure"),
        ("poller/cadence.py", "from . import store", "in the poller, shell above core"),
        ("poller/loop.py", "from . import simulated", "in the poller, shell above core"),
        ("poller/undecided.py", "", "in the poller, shell above core"),
        ("poller/loop.py", "from tonearm.server.feed import hub", "server above poller"),
        ("server/door/guard.py", "from tonearm.server.feed import hub", "in the server"),
        ("server/undecided.py", "", "in the server"),
        ("web/__init__.py", "from tonearm import poller", "server above poller"),
    ],
)
def test_layers_are_guarded(copied: Path, module: str, line: str, broken: str) -> None:
    """Each rule notices a breach."""
    with (copied / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    checked = lint_imports(copied)

    assert checked.returncode == 1
    assert re.search(rf"^{broken}.*BROKEN$", checked.stdout, re.MULTILINE), checked.stdout


def test_layers_ask_the_whole_core_to_be_pure() -> None:
    """A module that joins the core's layer joins the contract that keeps the core pure."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    _, layers, _, pure = rules["contracts"]

    core = {f"tonearm.poller.{name.strip()}" for name in layers["layers"][-1].split(":")}

    asked = {name for name in pure["source_modules"] if name.startswith("tonearm.poller.")}
    assert asked == core


@pytest.mark.parametrize(
    "call",
    [
        "time.time",
        "time.monotonic",
        "time.sleep",
        "asyncio.sleep",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
    ],
)
@pytest.mark.parametrize("folder", ["poller", "server", "tests"])
def test_clocks_outside_clock_are_noticed(call: str, folder: str) -> None:
    """Everything that needs the time takes a Clock."""
    planted = f"import {call.partition('.')[0]}\n\n{call}()\n"

    checked = subprocess.run(
        [BIN / "ruff", "check", "--no-cache", "--select=TID251", f"--stdin-filename={folder}/x.py"],
        cwd=ROOT,
        input=planted,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 1
    assert "take a Clock" in checked.stdout


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_packages_are_imported_by_their_whole_name(folder: str) -> None:
    """``import poller`` would find a second copy of the package, from the checkout's root."""
    sources = list((ROOT / folder).rglob("*.py"))

    alone = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources
        for name in imported(path.read_text("utf-8"))
        if LONE.match(name)
    ]

    assert alone == []


def test_lone_package_name_would_be_noticed() -> None:
    """The search above finds both forms, and leaves relative imports alone."""
    source = (
        "import poller.loop\nfrom web import x\nfrom .poller import y\nfrom tonearm.poller import z"
    )

    assert [name for name in imported(source) if LONE.match(name)] == ["poller.loop", "web"]


def imported(source: str) -> list[str]:
    """Return the absolute names a module imports from."""
    names = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                names += [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module), level=0):
                names.append(module)
    return names
