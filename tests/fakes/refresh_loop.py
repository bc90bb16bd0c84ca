"""Kills a tight refresh loop at random instants and counts what became of the grant.

A program of its own, for a process that forks must have no other threads::

    refresh_loop.py ACCOUNTS_URL STATE_DIRECTORY RUNTIME_DIRECTORY KILLS SEED

It imports everything once and forks a child for every kill. The child opens the state, loads the
tokens and refreshes without pause until it is killed; LoginNeeded ends it with status 3. After
that the next child logs in first. The last line of its output is JSON: how often each end came,
and whether a last child, which nobody kills, could still refresh.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from fake_clock import FakeClock

from tonearm.poller.errors import InvalidGrant, LoginNeeded
from tonearm.poller.options import App
from tonearm.poller.secret import Secret
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.store import open_state
from tonearm.poller.tokens import Tokens

LOGIN_NEEDED = 3
CRASHED = 70
SHARE_KILLED_AT_THE_START = 0.25
REFRESHES_OF_A_LIFE = 12  # the longest one; how long that takes is measured on this machine


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a child does: log in or not, then refresh ``most`` times (None: until killed)."""

    app: App
    state: Path
    runtime: Path
    login: bool = False
    most: int | None = None


async def refresh_without_pause(task: Task, ready: int) -> None:
    """Do the task; ``ready`` is a pipe that is written to when the loop begins."""
    clock = FakeClock()
    async with open_state(task.state, clock=clock) as store, open_session() as session:
        tokens = Tokens(
            store=store,
            transport=HttpTransport(session),
            clock=clock,
            app=task.app,
            runtime_directory=task.runtime,
            jitter=lambda: 0.0,
        )
        await tokens.load()
        if task.login:
            await tokens.adopt(await tokens.exchange(Secret("code"), None), None)
        os.write(ready, b".")
        done = 0
        while task.most is None or done < task.most:
            with suppress(InvalidGrant):
                await tokens.access()
                done += 1
            await clock.advance(3600)


def fork_child(task: Task) -> tuple[int, int]:
    """Return the process id of a child, and the pipe that tells when its loop begins."""
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        return pid, reading
    status = CRASHED
    try:
        asyncio.run(refresh_without_pause(task, writing))
        status = 0
    except LoginNeeded:
        status = LOGIN_NEEDED
    except BaseException:  # noqa: BLE001  (whatever it was: the parent must not run on twice)
        traceback.print_exc()
    os._exit(status)


def killed(task: Task, chance: random.Random, *, longest_s: float) -> int:
    """Kill a child at some instant and return how it ended, -9 if it lived that long."""
    pid, ready = fork_child(task)
    if chance.random() >= SHARE_KILLED_AT_THE_START:
        os.read(ready, 1)  # returns as well when the child has ended
    os.close(ready)
    time.sleep(chance.uniform(0, longest_s))  # noqa: TID251  (the instant is the test)
    os.kill(pid, signal.SIGKILL)
    return end_of(pid)


def ended(task: Task) -> int:
    """Let a child do its task and return how it ended."""
    pid, ready = fork_child(task)
    os.close(ready)
    return end_of(pid)


def end_of(pid: int) -> int:
    """Wait for a child and return its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Run the kills and print what came of them."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    chance = random.Random(int(sys.argv[5]))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    app = App(client_id="app", accounts_url=sys.argv[1])
    task = Task(app=app, state=Path(sys.argv[2]), runtime=Path(sys.argv[3]))
    began_s = time.monotonic()  # noqa: TID251
    ends = Counter([ended(replace(task, login=True, most=REFRESHES_OF_A_LIFE))])
    longest_s = time.monotonic() - began_s  # noqa: TID251
    login = False
    for _ in range(int(sys.argv[4])):
        end = killed(replace(task, login=login), chance, longest_s=longest_s)
        ends[end] += 1
        login = end == LOGIN_NEEDED or (login and end == -signal.SIGKILL)
    last = ended(replace(task, most=2))
    sys.stdout.write(json.dumps({"ends": ends, "last": last}) + "\n")


if __name__ == "__main__":
    main()
