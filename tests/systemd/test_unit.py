"""The unit as it is filled in for a machine."""

from pathlib import Path

import pytest

from tonearm.systemd.fitness import Unfit
from tonearm.systemd.unit import TEMPLATE, executables, filled

VENV = Path("/opt/tonearm/a")
PYTHON = Path("/usr/bin/python3.11")
MAPS = """\
5590d0c00000-5590d0c20000 r--p 00000000 08:01 1310 /usr/bin/python3.11
5590d0c20000-5590d0f00000 r-xp 00020000 08:01 1310 /usr/bin/python3.11
5590d1000000-5590d1400000 rw-p 00000000 00:00 0    [heap]
7f1200000000-7f1200100000 r--s 00000000 08:01 1311 /usr/share/zoneinfo/tzdata.zi
7f1200200000-7f1200300000 r-xp 00001000 08:01 1312 /usr/lib/aarch64-linux-gnu/libc.so.6
7f1200400000-7f1200500000 r-xp 00001000 08:01 1313 /usr/lib/aarch64-linux-gnu/ossl/legacy.so
7f1200600000-7f1200700000 r-xp 00001000 08:01 1314 /usr/lib/python3.11/lib-dynload/_ssl.so
7f1200800000-7f1200900000 r-xp 00001000 08:01 1315 /usr/lib/aarch64-linux-gnu/a b.so (deleted)
7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0    [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
"""


def test_executables_are_the_interpreter_and_the_folders_of_loaded_libraries() -> None:
    """A folder within another goes without saying; the one of all programs is not there."""
    assert executables(MAPS, PYTHON) == (
        PYTHON,
        Path("/usr/lib/aarch64-linux-gnu"),
        Path("/usr/lib/python3.11/lib-dynload"),
    )


def test_unit_names_the_venv_and_leaves_no_blank() -> None:
    """It runs this venv's Python, and may execute nothing else."""
    unit = filled(TEMPLATE.read_text("utf-8"), venv=VENV, executables=(PYTHON, Path("/usr/lib/x")))

    lines = unit.splitlines()

    assert "ExecPaths=/usr/bin/python3.11 /usr/lib/x /opt/tonearm/a/lib" in lines
    assert any(line.startswith("ExecStart=/opt/tonearm/a/bin/python -I ") for line in lines)
    assert "@PYTHON@" not in unit
    assert "@EXEC_PATHS@" not in unit


@pytest.mark.parametrize("venv", ["/opt/my venv", "/opt/100%/venv", "/opt/ärm", "/opt/a;b"])
def test_path_that_systemd_would_read_otherwise_is_refused(venv: str) -> None:
    """A space would split it in two, a percent sign begin a specifier."""
    with pytest.raises(Unfit, match="plain letters"):
        filled("@PYTHON@", venv=Path(venv), executables=())


def test_comment_lines_hold_no_blank_of_their_own() -> None:
    """What is filled in would make them lie."""
    comments = [line for line in TEMPLATE.read_text("utf-8").splitlines() if line.startswith("#")]

    assert not [line for line in comments if "@PYTHON@" in line or "@EXEC_PATHS@" in line]
