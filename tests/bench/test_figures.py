"""The arithmetic of the table: quantiles, verdicts, ratios, columns; and what imports cost."""

import pytest
from figures import Figure, Yardstick, as_json, as_table, quantile, shown
from startup import costs_ms

IMPORT_LOG = """\
import time: self [us] | cumulative | imported package
import time:      1500 |       1500 |     aiohttp.http
import time:       500 |       2000 |   aiohttp
import time:       250 |        250 |   asyncio.events
import time:       100 |       2350 | tonearm.server.app
"""


def figure(value: float, *, must: float | None = None, aim: float | None = None) -> Figure:
    """Return a figure of which only this matters."""
    return Figure(name="start", value=value, unit="s", must=must, aim=aim)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (0.995, 100.0), (1.0, 100.0)]
)
def test_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    """The 99th of a hundred is the 99th, not something between it and the worst."""
    assert quantile(range(100, 0, -1), share) == expected


def test_quantile_of_few_is_the_worst() -> None:
    """Twelve values know nothing of a hundredth: their p99 is the largest."""
    assert quantile([3.0, 1.0, 2.0], 0.99) == 3.0


@pytest.mark.parametrize(
    ("value", "expected"), [(0.2864, "0.286"), (0.6, "0.6"), (20, "20"), (9000.4, "9,000")]
)
def test_numbers_are_shown_with_three_digits(value: float, expected: str) -> None:
    """More would pretend a precision that no run has."""
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("measured", "expected"), [(0.45, "aim"), (0.5, "must"), (0.6, "must"), (0.61, "MISSED")]
)
def test_verdict_when_something_was_asked(measured: float, expected: str) -> None:
    """The limits themselves are kept."""
    assert figure(measured, must=0.6, aim=0.45).verdict == expected


def test_verdict_when_nothing_was_asked() -> None:
    """A figure for its own sake is neither good nor bad."""
    assert figure(5.0).verdict == ""


def test_ratio_is_absent_beside_a_yardstick_of_nothing() -> None:
    """An idle peer takes no CPU at all; nobody divides by that."""
    beside = Figure(name="CPU", value=1, unit="s", yardstick=Yardstick(name="peer", value=0))

    assert beside.ratio is None
    assert as_json(beside)["ratio"] is None


def test_table_is_aligned_markdown() -> None:
    """It can be read in a terminal and pasted into the documentation."""
    beside = Figure(name="CPU", value=3, unit="s", yardstick=Yardstick(name="peer", value=2))

    lines = as_table([figure(0.5, must=0.6), beside]).splitlines()

    assert len({len(line) for line in lines}) == 1
    assert lines[1].replace("|", "").strip("-") == ""
    assert [cell.strip() for cell in lines[3].split("|")] == (
        ["", "CPU", "3 s", "", "", "", "peer: 2", "1.50", ""]
    )


def test_import_costs_are_summed_by_package() -> None:
    """What a package imports from another is the other's cost."""
    assert costs_ms(IMPORT_LOG) == {"aiohttp": 2.0, "the standard library": 0.25, "tonearm": 0.1}
