"""Scores as a table for people and as JSON for programs."""

from collections.abc import Mapping
from typing import Any, Final

from .day import Cause
from .score import AHEAD, Score

CAUSES: Final = (
    Cause.NATURAL,
    Cause.SKIP,
    Cause.PAUSE,
    Cause.RESUME,
    Cause.START,
    Cause.STOP,
)
PARTS: Final = (*CAUSES, AHEAD)
HEADINGS: Final = (
    "policy",
    "calls/day",
    "natural p50/p95",
    "skip p50/p95",
    "wrong",
    "strict",
    *PARTS,
    "excused",
)


def as_json(scores: Mapping[str, Score]) -> list[dict[str, Any]]:
    """Return scores by policy in plain JSON types; a quantile of nothing is None."""
    return [
        {
            "policy": policy,
            "calls_per_day": round(score.calls_per_day, 1),
            "wrong_s_per_viewer_hour": round(score.wrong_s_per_viewer_hour, 2),
            "strict_wrong_s_per_viewer_hour": round(score.strict_s_per_viewer_hour, 2),
            "latency": {cause.value: _latency(score, cause) for cause in CAUSES},
        }
        for policy, score in scores.items()
    ]


def as_table(scores: Mapping[str, Score]) -> str:
    """Return scores by policy in aligned columns.

    Latencies are in seconds; ``wrong`` is in seconds per viewer-hour, and what follows says
    after which change, or ahead of it, they were spent. ``excused`` is not in it: long pauses
    shown as nothing; ``strict`` is both.
    """
    rows = [HEADINGS, *(_row(policy, score) for policy, score in scores.items())]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(policy: str, score: Score) -> tuple[str, ...]:
    parts = (score.per_viewer_hour(score.wrong_s.get(part, 0.0)) for part in PARTS)
    return (
        policy,
        f"{score.calls_per_day:,.0f}",
        _span(score, Cause.NATURAL),
        _span(score, Cause.SKIP),
        f"{score.wrong_s_per_viewer_hour:.1f}",
        f"{score.strict_s_per_viewer_hour:.1f}",
        *(f"{part:.1f}" for part in parts),
        f"{score.per_viewer_hour(score.excused_s):.1f}",
    )


def _span(score: Score, cause: Cause) -> str:
    latencies = (score.latency_s(cause, 0.5), score.latency_s(cause, 0.95))
    return " / ".join("-" if latency is None else f"{latency:.1f}" for latency in latencies)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "  ".join((first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)))


def _latency(score: Score, cause: Cause) -> dict[str, float | int | None]:
    return {
        "p50": _rounded(score.latency_s(cause, 0.5)),
        "p95": _rounded(score.latency_s(cause, 0.95)),
        "n": len(score.latencies_s.get(cause, ())),
    }


def _rounded(latency_s: float | None) -> float | None:
    return None if latency_s is None else round(latency_s, 2)
