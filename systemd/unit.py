"""The unit, filled in for one machine. Paths in, text out.

The unit forbids the service to run or map as code anything but what is named in it, so these paths
have to be complete: the interpreter, the folders of the libraries it loads, those of the venv.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from .fitness import Unfit

TEMPLATE: Final = Path(__file__).with_name("tonearm.service")

# What systemd reads as it stands, without quotes and escapes.
_PLAIN: Final = re.compile(r"/[\w./+-]*", re.ASCII)
# Range, rights, offset, device, inode, file: proc_pid_maps(5).
_MAPPED_CODE: Final = re.compile(r"^\S+ ..x. \S+ \S+ \S+ +(/.+)$", re.MULTILINE)


def filled(template: str, *, venv: Path, executables: Iterable[Path]) -> str:
    """Return the unit for the tonearm in ``venv``; ``executables`` is what lies outside of it.

    Raises:
        Unfit: a path would have to be escaped.
    """
    allowed = [*executables, venv / "lib"]
    for path in (venv, *allowed):
        if not _PLAIN.fullmatch(str(path)):
            raise Unfit(f"A unit cannot name {path} as it is: choose a path of plain letters.")
    return template.replace("@PYTHON@", str(venv / "bin" / "python")).replace(
        "@EXEC_PATHS@", " ".join(map(str, allowed))
    )


def executables(maps: str, interpreter: Path) -> tuple[Path, ...]:
    """Return the interpreter and the folders of the libraries in ``maps``, /proc/PID/maps.

    Folders, because the C library loads more by itself, to resolve names for instance.
    """
    code = map(Path, _MAPPED_CODE.findall(maps))
    folders = {path.parent for path in code if path != interpreter}
    return (interpreter, *sorted(path for path in folders if folders.isdisjoint(path.parents)))
