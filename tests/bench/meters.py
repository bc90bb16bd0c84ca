"""What a running process costs, read from outside it. Linux only."""

import contextlib
import os
import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from figures import NotMeasured

_CPU_CLOCK_OF_A_PROCESS = 2  # CPUCLOCK_SCHED, as in glibc's clock_getcpuclockid(3)


def cpu_s(pid: int) -> float:
    """Return the CPU time that all threads of a process have taken, to the nanosecond."""
    return time.clock_gettime(((~pid) << 3) | _CPU_CLOCK_OF_A_PROCESS)


def rss_kib(pid: int) -> int:
    """Return what a process holds in memory, shared pages counted in full."""
    return _kib(pid, "status", "VmRSS")


def pss_kib(pid: int) -> int:
    """Return what a process holds in memory, shared pages divided among those who share them."""
    return _kib(pid, "smaps_rollup", "Pss")


def _kib(pid: int, file: str, name: str) -> int:
    text = Path(f"/proc/{pid}/{file}").read_text("ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    assert found, f"{file} has no {name}"
    return int(found[1])


def cores() -> tuple[int, int]:
    """Return the core for what is measured and the core for everybody else."""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]


@contextlib.contextmanager
def started_on(core: int) -> Iterator[None]:
    """Let every process that is started within run on ``core`` alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_open_files(count: int) -> None:
    """Raise the limit of open files, also for processes started from now on.

    Raises:
        NotMeasured: the machine does not allow as many.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise NotMeasured(f"it takes {count:,} open files, and {hard:,} are allowed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
