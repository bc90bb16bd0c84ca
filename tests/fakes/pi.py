"""A Pi that is only a folder: the real scripts install tonearm on it, and nothing is started."""

import os
import shlex
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

SETTINGS = "/etc/tonearm/tonearm.toml"
LOGIN = "/var/lib/tonearm/grant.db"
UNIT = "/etc/systemd/system/tonearm.service"
COMMAND = "/usr/local/bin/tonearm"


@dataclass(frozen=True, kw_only=True)
class Pi:
    """A machine that is only a folder, and the wheel that is installed on it."""

    root: Path
    wheel: Path

    def at(self, path: str) -> Path:
        """Return where ``path`` of the machine lies."""
        return self.root / path.removeprefix("/")

    def run(self, script: str, *arguments: str | Path, python: str | Path | None = None) -> str:
        """Run one of the two scripts and return what it printed."""
        done = self.tries(script, *arguments, python=python)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tries(
        self, script: str, *arguments: str | Path, python: str | Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a script that may fail."""
        return subprocess.run(
            [ROOT / "systemd" / script, "--root", self.root, *arguments],
            # Nothing is fetched: the wheel is here, and whatever it needs is borrowed later.
            env={
                "PATH": os.environ["PATH"],
                "PYTHON": str(python or sys.executable),
                "PIP_NO_INDEX": "1",
                "PIP_NO_DEPS": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, *arguments: str) -> str:
        return self.run("install", "--from", self.wheel, *arguments)

    @property
    def unit(self) -> str:
        """The unit, with the paths that this folder's venv really has."""
        text = self.at(UNIT).read_text("utf-8")
        return text.replace("/opt/tonearm", str(self.at("/opt/tonearm")))

    @property
    def start_command(self) -> list[str]:
        """What systemd would run."""
        (line,) = (line for line in self.unit.splitlines() if line.startswith("ExecStart="))
        return shlex.split(line.removeprefix("ExecStart="))

    @property
    def command(self) -> Path:
        """Where the owner's command leads."""
        return self.at(COMMAND).readlink()

    def mode(self, path: str) -> str:
        return stat.filemode(self.at(path).lstat().st_mode)

    def copied(self, folder: Path) -> "Pi":
        """Return the same machine in another folder: making a venv takes seconds."""
        root = folder / "pi"
        shutil.copytree(self.root, root, symlinks=True)
        return Pi(root=root, wheel=self.wheel)
