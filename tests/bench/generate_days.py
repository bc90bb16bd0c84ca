#!/usr/bin/env python3
"""Make listening days to measure freshness on: other ones of the same kind as tests/bench/days.

tests/bench/generate_days.py [--days N] [--seed S] [--crossfade SECONDS] DIRECTORY
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from replay.day import write_day  # noqa: E402  (the path is set just above)
from replay.generate import generate_day  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the days as ``day-0.json`` and so on; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("directory", type=Path, metavar="DIRECTORY")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="how many (30)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="other seed, other days")
    parser.add_argument(
        "--crossfade", type=float, default=0.0, metavar="SECONDS", help="items end so early (0)"
    )
    options = parser.parse_args(arguments)
    options.directory.mkdir(parents=True, exist_ok=True)
    for number in range(options.days):
        day = generate_day(number, seed=options.seed, crossfade_s=options.crossfade)
        write_day(day, options.directory / f"day-{number}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
