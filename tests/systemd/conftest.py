"""Machines in their stages: bare, with tonearm installed, installed again."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pi import LOGIN, ROOT, SETTINGS, Pi

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Return what puts a line below the results of the whole run."""
    return pytestconfig.stash.setdefault(TOLD, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what was told."""
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT],
        capture_output=True,
        check=True,
    )
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="session")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Pi:
    """A machine that tonearm was installed on; look, but change nothing."""
    pi = Pi(root=tmp_path_factory.mktemp("fresh"), wheel=wheel)
    (pi.root / "said").write_text(pi.install(), "utf-8")
    return pi


@pytest.fixture(scope="session")
def updated(fresh: Pi, tmp_path_factory: pytest.TempPathFactory) -> Pi:
    """A machine whose owner changed the settings, logged in, and installed again."""
    pi = fresh.copied(tmp_path_factory.mktemp("updated"))
    pi.at(SETTINGS).write_text("# mine\n", "utf-8")
    pi.at(LOGIN).parent.mkdir(parents=True)
    pi.at(LOGIN).write_bytes(b"the grant")
    pi.install()
    return pi


@pytest.fixture
def pi(fresh: Pi, tmp_path: Path) -> Pi:
    """A machine that tonearm was installed on, to do with as you like."""
    return fresh.copied(tmp_path)


@pytest.fixture
def bare(wheel: Path, tmp_path: Path) -> Pi:
    """A machine with nothing on it."""
    return Pi(root=tmp_path / "bare", wheel=wheel)
