"""What `make test` says of the system it finds, before the first test runs."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("system-packages")


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """Return a folder that holds all the commands there are; by itself, none."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def add(commands: Path, name: str, script: str = "exit 0") -> None:
    """Let there be a command of this name."""
    path = commands / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def run(commands: Path) -> subprocess.CompletedProcess[str]:
    """See to the system where only these commands are found."""
    return subprocess.run(
        ["/bin/sh", SCRIPT],
        env={"PATH": str(commands)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_said_where_debian_has_everything(commands: Path) -> None:
    """And nothing is asked of anybody."""
    add(commands, "dpkg-query", "printf installed")

    done = run(commands)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_is_not_root_on_debian_gets_the_command_to_type(commands: Path) -> None:
    """With what is missing and nothing else; a removed package's settings are not the package."""
    add(
        commands,
        "dpkg-query",
        'for last; do :; done\ncase "$last" in chromium) printf config-files ;; nginx*) exit 1 ;;'
        " *) printf installed ;; esac",
    )
    add(commands, "id", "echo 1000")

    done = run(commands)

    assert done.returncode == 1
    assert done.stderr.endswith("Install first: sudo apt install chromium nginx-light\n")


def test_elsewhere_the_command_that_is_missing_is_named(commands: Path) -> None:
    """No package manager is guessed."""
    add(commands, "chromium")
    add(commands, "openssl")

    without = run(commands)
    add(commands, "nginx")
    complete = run(commands)

    assert without.returncode == 1
    assert "'nginx'" in without.stderr
    assert complete.returncode == 0
