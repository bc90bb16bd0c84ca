"""The peers' rules cost and reach on the reference days what others measured for them."""

from pathlib import Path
from random import Random

import pytest
from replay.day import Cause, Day, read_day
from replay.model import Model
from replay.peers import PEERS, Peer, replay_peer
from replay.score import Score

TABLE = {
    "fixed 5 s": (16_777, 3.5, 3.4, 31.2),
    "fixed 20 s": (4_288, 7.9, 9.3, 92.8),
    "30 s, or end + 1 s (Home Assistant)": (2_892, 1.3, 17.9, 82.1),
    "10 s, sooner near the end (multi-scrobbler)": (3_992, 1.8, 5.6, 37.4),
    "2 s, idle 20 s then 60 s (Songify)": (7_953, 2.0, 1.7, 26.0),
    "fixed 1 s (tuna)": (75_131, 1.5, 1.4, 13.9),
    "plain 5 / 30 / 10 / 60 s + end": (2_438, 1.2, 2.9, 21.1),
    "plain 20 / 120 / 30 / 180 s + end": (875, 1.2, 3.9, 48.1),
}
"""Calls per day, median latency of natural changes and of skips, wrong seconds per viewer-hour."""
ONE_MISSED_START = 8.0
"""Whether a rule sees one watched session begin at once is luck, and 60 s weigh this much."""


@pytest.fixture(scope="module")
def reference_days() -> list[Day]:
    """Return the days that the table is about."""
    return [read_day(path) for path in sorted((Path(__file__).parent / "days").glob("*.json"))]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_peer_scores_what_the_table_says(peer: Peer, reference_days: list[Day]) -> None:
    """A replay that reproduces known numbers may be believed about unknown ones."""
    calls, natural_s, skip_s, wrong_s = TABLE[peer.name]
    scored = Score()

    for number, day in enumerate(reference_days):
        scored.add(day, replay_peer(peer, Model(day, Random(number))))

    assert scored.calls_per_day == pytest.approx(calls, rel=0.03)
    assert scored.latency_s(Cause.NATURAL, 0.5) == pytest.approx(natural_s, rel=0.2)
    assert scored.latency_s(Cause.SKIP, 0.5) == pytest.approx(skip_s, rel=0.35)
    assert scored.wrong_s_per_viewer_hour == pytest.approx(wrong_s, abs=ONE_MISSED_START)
