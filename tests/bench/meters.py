"""What a running process costs, read from outside it. Linux only."""

import contextlib
import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from figures import NotMeasured

_CPU_CLOCK_OF_A_PROCESS = 2  # CPUCLOCK_SCHED, as in glibc's clock_getcpuclockid(3)


def cpu_s(pid: int) -> float:
    """Return the CPU time that all threads of a process have taken, to the nanosecond."""
    return time.clock_gettime(((~pid) << 3) | _CPU_CLOCK_OF_A_PROCESS)


def rss_kib(pid: int) -> int:
    """Return what a process holds in memory, shared pages counted in full."""
    return _kib(pid, "status", "VmRSS")


def most_rss_kib(pid: int) -> int:
    """Return the most that a process has ever held in memory, shared pages counted in full."""
    return _kib(pid, "status", "VmHWM")


def pss_kib(pid: int) -> int:
    """Return what a process holds in memory, shared pages divided among those who share them."""
    return _kib(pid, "smaps_rollup", "Pss")


def kernel_kib(port: int) -> float:
    """Return what the kernel keeps for the connections of a port to send, with its own overhead.

    Raises:
        NotMeasured: there is no ``ss`` to ask.
    """
    if (ss := shutil.which("ss")) is None:
        raise NotMeasured("there is no `ss` (iproute2) that knows the kernel's buffers")
    command = (ss, "--tcp", "--memory", "--numeric", "--no-header", f"sport = :{port}")
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return queued_bytes(said) / 1024


def queued_bytes(said: str) -> int:
    """Return the sum of what ``ss -m`` calls ``w``: memory allocated for data yet to be sent."""
    return sum(int(count) for count in re.findall(r"skmem:\(.*?\bw(\d+)", said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One collection of garbage."""

    generation: int
    began_s: float
    took_s: float


def pauses(seen: Path, pid: int) -> list[Pause]:
    """Return what ``processes/witness`` noted of a process, the oldest first."""
    found = []
    for line in seen.read_text("ascii").splitlines():
        whose, generation, began_s, took_s = line.split()
        if int(whose) == pid:
            found.append(
                Pause(generation=int(generation), began_s=float(began_s), took_s=float(took_s))
            )
    return found


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


def take_precedence() -> None:
    """Run ahead of other programs, also what is started from now on; without rights, do not.

    Else the figures of a machine that is used would be those of its other programs.
    """
    with contextlib.suppress(OSError):
        os.nice(-10)
        # Where the kernel groups processes by session, only this weighs one against the others.
        Path("/proc/self/autogroup").write_text("-10", "ascii")


def allow_open_files(count: int) -> None:
    """Raise the limit of open files, also for processes started from now on.

    Raises:
        NotMeasured: the machine does not allow as many.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise NotMeasured(f"it takes {count:,} open files, and {hard:,} are allowed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
