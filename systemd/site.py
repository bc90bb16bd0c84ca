"""The machine that is installed on, or a folder that stands for it.

Each step is said before it is taken; a dry run only says it. In a folder nothing is run that would
concern the machine it lies on.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


class Site:
    """Where files are put and programs run; every path is as the finished machine sees it."""

    def __init__(self, root: Path, *, is_dry_run: bool, say: Callable[[str], None]) -> None:
        self._root = root.resolve()
        self._is_dry_run = is_dry_run
        self._say = say

    @property
    def is_machine(self) -> bool:
        """Whether it is the real thing, and no folder."""
        return self._root == Path("/")

    @property
    def changes_machine(self) -> bool:
        """Whether what is done here is done to the real thing."""
        return self.is_machine and not self._is_dry_run

    def here(self, path: Path) -> Path:
        """Return where ``path`` of the finished machine lies now."""
        return self._root / path.relative_to("/")

    def seen(self, path: Path) -> Path:
        """Return what the finished machine calls the file ``path``."""
        is_within = path.is_relative_to(self._root)
        return Path("/") / path.relative_to(self._root) if is_within else path

    def exists(self, path: Path) -> bool:
        return os.path.lexists(self.here(path))

    def read(self, path: Path) -> str:
        return self.here(path).read_text("utf-8")

    def target(self, link: Path) -> Path | None:
        """Return where ``link`` leads, None if there is no such link."""
        place = self.here(link)
        return place.readlink() if place.is_symlink() else None

    def write(self, path: Path, text: str, *, mode: int) -> None:
        """Put a whole file, in one step: it is never half there."""
        if self._does(f"write {path}"):
            place = self.here(path)
            place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            new = place.with_name(f".{place.name}.new")
            new.write_text(text, "utf-8")
            new.chmod(mode)
            new.replace(place)

    def link(self, path: Path, target: Path) -> None:
        """Let ``path`` lead to ``target``, in one step too."""
        if self._does(f"link {path} to {target}"):
            place = self.here(path)
            place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            new = place.with_name(f".{place.name}.new")
            new.unlink(missing_ok=True)
            new.symlink_to(target)
            new.replace(place)

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with all that is in it; absent is as good."""
        place = self.here(path)
        if self.exists(path) and self._does(f"remove {path}"):
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink()

    def build(self, *command: str | Path) -> None:
        """Run a program that only fills the site; raise CalledProcessError if it fails."""
        if self._does(_typed(command)):
            subprocess.run(command, check=True)

    def run(self, *command: str | Path) -> bool:
        """Run a program that changes the machine, not in a folder; return whether it went well."""
        if not self.is_machine or not self._does(_typed(command)):
            return True
        return subprocess.run(command, check=False).returncode == 0

    def _does(self, step: str) -> bool:
        self._say(f"  {step}")
        return not self._is_dry_run


def _typed(command: tuple[str | Path, ...]) -> str:
    return " ".join(map(str, command))
