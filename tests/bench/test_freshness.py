"""The command line of the measurement, and our own row in it."""

import json
from pathlib import Path
from random import Random

import pytest
from freshness import OURS, main
from replay.day import read_day
from replay.model import Model
from replay.ours import Settings, replay_ours
from replay.peers import PEERS

DAY_1 = Path(__file__).parent / "days" / "day-1.json"
CAUSES = {"start", "skip", "natural", "pause", "resume", "stop"}


def test_json_holds_every_policy_with_its_scores(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read calls, wrong seconds and latencies by cause; ours is called tonearm."""
    code = main(["--json", "--daily-calls", "2400", "--lag", "0.3", "1.1", str(DAY_1)])

    rows = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [row["policy"] for row in rows] == [*(peer.name for peer in PEERS), OURS]
    for row in rows:
        assert row["calls_per_day"] > 0
        assert 0 < row["wrong_s_per_viewer_hour"] <= row["strict_wrong_s_per_viewer_hour"]
        assert set(row["latency"]) == CAUSES
        assert all(set(each) == {"p50", "p95", "n"} for each in row["latency"].values())


def test_table_has_a_line_per_policy(capsys: pytest.CaptureFixture[str]) -> None:
    """People read aligned columns."""
    code = main([str(DAY_1)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert len(lines) == 1 + len(PEERS) + 1
    assert lines[-1].startswith(OURS)
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("content", [None, "{", "{}", '{"marks": [], "viewers": []}'])
def test_trace_that_is_none_is_refused_in_one_line(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong file is told, not traced back."""
    path = tmp_path / "day.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    code = main([str(path)])

    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_replay_is_the_same_for_the_same_seed() -> None:
    """A measurement can be repeated."""
    day = read_day(DAY_1)

    first, second = (replay_ours(Model(day, Random(5)), Settings(), Random(5)) for _ in range(2))

    assert first == second


@pytest.mark.parametrize("daily_calls", [1, 50, 300])
def test_daily_calls_are_never_exceeded(daily_calls: int) -> None:
    """The cap is hard, whatever it costs in freshness."""
    settings = Settings(daily_calls=daily_calls)

    replayed = replay_ours(Model(read_day(DAY_1), Random(5)), settings, Random(5))

    assert replayed.calls <= daily_calls
