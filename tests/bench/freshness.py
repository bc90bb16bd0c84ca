#!/usr/bin/env python3
"""Measure freshness per call: listening days through the real poller, beside its peers' rules.

    tests/bench/freshness.py [--daily-calls N] [--hints] [--lag LOW HIGH] [--json] [TRACE...]

Without a trace it takes the reference days; tests/bench/days/README.md tells what is scored, and
tests/bench/generate_days.py makes other days of the kind.
"""

import argparse
import contextlib
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

import msgspec
import structlog

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fakes")]

from replay.day import Day, read_day  # noqa: E402  (the path is set just above)
from replay.model import Lag, Model  # noqa: E402
from replay.ours import Settings, replay_ours  # noqa: E402
from replay.peers import PEERS, replay_peer  # noqa: E402
from replay.score import Score  # noqa: E402
from replay.table import as_json, as_table  # noqa: E402

OURS = "tonearm"
REFERENCE_DAYS = tuple(sorted((HERE / "days").glob("day-*.json")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores of every policy; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        days = [read_day(path) for path in options.traces or REFERENCE_DAYS]
    except (OSError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"freshness: {error}\n")
        return 2
    lag = Lag(*sorted(options.lag))
    settings = Settings(daily_calls=options.daily_calls, hints=options.hints)
    with _silence():
        scores = measure(days, settings, lag, seed=options.seed)
    shown = json.dumps(as_json(scores), indent=1) if options.json else as_table(scores)
    sys.stdout.write(shown + "\n")
    return 0


def measure(days: Iterable[Day], settings: Settings, lag: Lag, *, seed: int) -> dict[str, Score]:
    """Return the score of each policy over all days; the same seed gives the same scores."""
    scores = {name: Score() for name in (*(peer.name for peer in PEERS), OURS)}
    for number, day in enumerate(days):
        for peer in PEERS:
            model = Model(day, Random(f"{seed} {number}"), lag)
            scores[peer.name].add(day, replay_peer(peer, model))
        model = Model(day, Random(f"{seed} {number}"), lag)
        chance = Random(f"{seed} {number} ours")
        scores[OURS].add(day, replay_ours(model, settings, chance))
    return scores


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the poller's log out of the table."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add = parser.add_argument
    add("traces", nargs="*", type=Path, metavar="TRACE", help="days; else the reference days")
    add("--daily-calls", type=int, metavar="N", help="hard cap on our calls per day")
    add("--hints", action="store_true", help="tell the poller to look 0.2 s after each change")
    add(
        "--lag",
        nargs=2,
        type=float,
        default=(Lag().low_s, Lag().high_s),
        metavar=("LOW", "HIGH"),
        help="how old Spotify's answers are, in seconds (0.3 1.1)",
    )
    add("--seed", type=int, default=1, help="draws the lags (1)")
    add("--json", action="store_true", help="print JSON instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
