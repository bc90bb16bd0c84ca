"""Measure tonearm on this machine and print one table.

    python tests/bench [--only NAME]... [--json]

Everything runs on 127.0.0.1, the service as a process of its own; it takes nine minutes. A ratio
says how many times its yardstick a figure is: both come from the same run, so that a slow or busy
machine changes it little.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fakes")]

import battery  # noqa: E402  (the path is set just above)
import delay  # noqa: E402
import fanout  # noqa: E402
import full_house  # noqa: E402
import idle  # noqa: E402
import lighthouse  # noqa: E402
import listening_days  # noqa: E402
import never_reads  # noqa: E402
import siege  # noqa: E402
import startup  # noqa: E402
import streams  # noqa: E402
import weight  # noqa: E402
from figures import Figure, NotMeasured, Report, as_json, as_table  # noqa: E402
from meters import take_precedence  # noqa: E402

from tonearm.poller.clock import SystemClock  # noqa: E402

BENCHES: Final[dict[str, Callable[[], Awaitable[Report]]]] = {
    "startup": startup.measure,
    "idle": idle.measure,
    "weight": weight.measure,
    "battery": battery.measure,
    "lighthouse": lighthouse.measure,
    "freshness": listening_days.measure,
    "delay": delay.measure,
    "fanout": fanout.measure,
    "streams": streams.measure,
    "full-house": full_house.measure,
    "never-reads": never_reads.measure,
    "siege": siege.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for and print it; return the exit code."""
    options = _parser().parse_args(arguments)
    if not hasattr(os, "sched_setaffinity"):
        sys.stderr.write("The bench reads /proc and pins processes to cores: it needs Linux.\n")
        return 1
    take_precedence()
    measured = asyncio.run(_measure(options.only or list(BENCHES)))
    if options.json:
        shown = json.dumps(
            {
                "machine": _machine(),
                "figures": [as_json(figure) for figure in measured.figures],
                "notes": measured.notes,
            },
            indent=1,
        )
    else:
        notes = "\n".join(f"- {note}" for note in measured.notes)
        shown = f"{_machine()}\n\n{as_table(measured.figures)}\n\n{notes}"
    sys.stdout.write(shown + "\n")
    return 0


async def _measure(names: Sequence[str]) -> Report:
    figures: list[Figure] = []
    notes: list[str] = []
    for name in names:
        sys.stderr.write(f"measuring {name}\n")
        try:
            report = await BENCHES[name]()
        except NotMeasured as reason:
            notes.append(f"not measured: {name}, {reason}")
        else:
            figures += report.figures
            notes += report.notes
    load, _, _ = os.getloadavg()
    notes.append(f"load average at the end: {load:.1f}")
    return Report(figures=figures, notes=notes)


def _machine() -> str:
    """Return when and where this was, in one line."""
    today = datetime.fromtimestamp(SystemClock().now(), UTC).date().isoformat()
    cores = len(os.sched_getaffinity(0))
    return (
        f"{today}, {_processor()}, {cores} cores, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, text = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return text.strip()
    return platform.machine()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tests/bench", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument(
        "--only", action="append", choices=BENCHES, help="just this; may be given again"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
