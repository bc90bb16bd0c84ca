"""Notes the garbage collector's pauses in a process that knows nothing of it.

A process started with this folder in PYTHONPATH loads it by itself. For each collection it appends
a line to the file named by GC_WITNESS: process, generation, begin and seconds. A SIGUSR1 makes a
full collection.
"""

import gc
import os
import signal
import time

_FILE = os.open(os.environ["GC_WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
_began_s = 0.0


def _note(phase: str, about: dict[str, int]) -> None:
    global _began_s  # noqa: PLW0603  (the collector has no other place for it)
    now_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    if phase == "start":
        _began_s = now_s
    else:
        line = f"{os.getpid()} {about['generation']} {_began_s} {now_s - _began_s}\n"
        os.write(_FILE, line.encode())


gc.callbacks.append(_note)
signal.signal(signal.SIGUSR1, lambda *_: gc.collect() and None)
