"""What was measured, as values, and the table that shows it; not how it was measured."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

HEADINGS: Final = ("figure", "measured", "must", "aim", "", "yardstick of the same run", "ratio")


class NotMeasured(Exception):
    """This machine cannot take a measurement; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Something everybody knows, measured in the same run and in the figure's unit."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. ``must`` and ``aim`` are the most it may be; None where nothing was asked."""

    name: str
    value: float
    unit: str
    must: float | None = None
    aim: float | None = None
    yardstick: Yardstick | None = None

    @property
    def ratio(self) -> float | None:
        """How many times its yardstick it is; None without one, or beside nothing."""
        if self.yardstick is None or self.yardstick.value == 0:
            return None
        return self.value / self.yardstick.value

    @property
    def verdict(self) -> str:
        """Which of the two it keeps; "" where nothing was asked."""
        if self.aim is not None and self.value <= self.aim:
            return "aim"
        if self.must is not None:
            return "must" if self.value <= self.must else "MISSED"
        return "" if self.aim is None else "over aim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one room of the bench found: figures, and lines worth reading beside them."""

    figures: Sequence[Figure] = ()
    notes: Sequence[str] = ()


def quantile(values: Iterable[float], share: float) -> float:
    """Return the smallest of ``values`` that at least ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def shown(value: float) -> str:
    """Return a number with the three digits that count, and all of those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_json(figure: Figure) -> dict[str, Any]:
    """Return a figure in plain JSON types."""
    yardstick = figure.yardstick
    return {
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "must": figure.must,
        "aim": figure.aim,
        "verdict": figure.verdict,
        "yardstick": yardstick and {"name": yardstick.name, "value": yardstick.value},
        "ratio": figure.ratio,
    }


def as_table(figures: Iterable[Figure]) -> str:
    """Return figures as a Markdown table whose columns are aligned for a terminal too."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    rule = "|".join("-" * (width + 2) for width in widths)
    head, *body = (_line(row, widths) for row in rows)
    return "\n".join((head, f"|{rule}|", *body))


def _row(figure: Figure) -> tuple[str, ...]:
    yardstick, ratio = figure.yardstick, figure.ratio
    return (
        figure.name,
        f"{shown(figure.value)} {figure.unit}".rstrip(),
        "" if figure.must is None else shown(figure.must),
        "" if figure.aim is None else shown(figure.aim),
        figure.verdict,
        "" if yardstick is None else f"{yardstick.name}: {shown(yardstick.value)}",
        "" if ratio is None else f"{ratio:.2f}",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
