"""What ten thousand viewers cost while nothing happens, and how they are seen out.

Nothing plays, so that all our CPU goes into keeping connections alive. Beside it stands
``websockets`` with as many viewers, which pings each every 20 s. A witness that the service knows
nothing of notes the garbage collector's pauses.
"""

import signal
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from children import HERE, UPGRADED, Crowd, Farewell, crowd, ours, sender
from contest import JOINED_SETTLE_S, SPARE
from figures import Figure, Report, Yardstick
from installed import Service
from meters import Pause, allow_open_files, cpu_s, pauses
from stand import Stand, guarded, port_of, serving, settle, stand

VIEWERS: Final = 10_000
WATCH_S: Final = 50.0
"""Two beats of 25 s, wherever it begins."""
COLLECTED_S: Final = 1.0
UNDISTURBED_S: Final = 3_600
RESTARTING: Final = 1012
WITNESS: Final = HERE / "processes" / "witness"


async def measure() -> Report:
    """Let them sit, collect garbage, and stop."""
    allow_open_files(VIEWERS + SPARE)
    with tempfile.TemporaryDirectory(prefix="tonearm-bench-") as folder:
        seen = Path(folder) / "pauses"
        async with AsyncExitStack() as stack:
            owner = await stack.enter_async_context(
                stand(**guarded(VIEWERS + SPARE, watched_s=UNDISTURBED_S))
            )
            owner.home.variables |= {"PYTHONPATH": str(WITNESS), "GC_WITNESS": str(seen)}
            running = await stack.enter_async_context(serving(owner))
            pid = running.program.process.pid
            since_s = owner.clock.monotonic()
            viewers = await stack.enter_async_context(
                crowd(port_of(running.url), VIEWERS, joined=UPGRADED)
            )
            peer = await stack.enter_async_context(sender(*ours("broadcast", "pings")))
            await stack.enter_async_context(crowd(peer.port, VIEWERS, joined=UPGRADED))
            ours_s, theirs_s = await _keep_alive_s(owner, pid, peer.child.pid)
            pauses_s = [pause.took_s for pause in pauses(seen, pid) if pause.began_s >= since_s]
            full = await _collect(running, seen)
            stopped_s, farewells = await _stop(owner, running, viewers)
    return Report(
        figures=[
            Figure(
                name=f"CPU per minute, {VIEWERS:,} idle viewers ({WATCH_S:.0f} s watched)",
                value=ours_s,
                unit="s",
                must=1.5,
                aim=1,
                yardstick=Yardstick(name="websockets, pings", value=theirs_s),
            ),
            Figure(
                name=f"longest pause to collect garbage, {VIEWERS:,} viewers",
                value=1000 * max(pauses_s, default=0.0),
                unit="ms",
                must=20,
                aim=5,
            ),
            Figure(name="the same, were all collected", value=1000 * full.took_s, unit="ms"),
            _last_gone(farewells, stopped_s),
            Figure(
                name="of them without the close code 1012",
                value=sum(each.code != RESTARTING for each in farewells),
                unit="",
                must=0,
            ),
        ],
        notes=[
            (
                f"garbage was collected {len(pauses_s)} times from the first viewer's coming until"
                f" the end; {_codes(farewells)}"
            ),
        ],
    )


async def _keep_alive_s(owner: Stand, *pids: int) -> list[float]:
    """Return the CPU time each process takes in a minute, by what it takes in a part of one."""
    await settle(JOINED_SETTLE_S)
    looks = len(owner.account.calls)
    before_s = [cpu_s(pid) for pid in pids]
    await settle(WATCH_S)
    spent_s = [cpu_s(pid) - then_s for pid, then_s in zip(pids, before_s, strict=True)]
    assert len(owner.account.calls) == looks, "a look fell into the measurement"
    return [spent * 60 / WATCH_S for spent in spent_s]


async def _collect(running: Service, seen: Path) -> Pause:
    """Make the service collect all garbage there is."""
    running.program.process.send_signal(signal.SIGUSR1)
    await settle(COLLECTED_S)
    return pauses(seen, running.program.process.pid)[-1]


async def _stop(owner: Stand, running: Service, viewers: Crowd) -> tuple[float, Sequence[Farewell]]:
    """Stop the service; return when it was told to, and how each viewer fared."""
    await viewers.part()
    told_s = owner.clock.monotonic()
    await running.stop()
    return told_s, await viewers.parted()


def _last_gone(farewells: Sequence[Farewell], stopped_s: float) -> Figure:
    return Figure(
        name=f"stop with {VIEWERS:,} viewers, until the last is gone",
        value=max(each.gone_s for each in farewells) - stopped_s,
        unit="s",
        must=2,
    )


def _codes(farewells: Sequence[Farewell]) -> str:
    codes = Counter(each.code for each in farewells)
    return ", ".join(f"{count:,} were told {code}" for code, count in codes.most_common())
