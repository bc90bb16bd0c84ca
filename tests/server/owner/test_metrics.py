"""The service in numbers: what a Prometheus reads, and what it must never read."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from documents import Document
from prometheus_client.parser import text_string_to_metric_families
from reports import NOW_AT, report

from tonearm.poller.calls import Endpoint
from tonearm.poller.ledger import Usage
from tonearm.poller.playback import Health, State
from tonearm.server.owner import metrics
from tonearm.server.owner.control_messages import NextLook, Report

Series = dict[tuple[str, ...], float]


def usage(*, learned: int | None = None) -> Usage:
    """Return what was used on a day like any other."""
    return Usage(
        last_24h=812,
        by_endpoint={Endpoint.PLAYER: 800, Endpoint.TOKEN: 12},
        ceiling=3000,
        setting=3000,
        learned=learned,
        learned_burst=None,
    )


def scraped(
    said: Report | None = None,
    *,
    learned: int | None = None,
    faults: Mapping[str, int] | None = None,
) -> Series:
    """Return every series as a Prometheus would read it: its name, then its labels' values."""
    text = metrics.exposition(
        report=said or report(), usage=usage(learned=learned), faults=faults or {}
    ).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(series: Series, name: str) -> Series:
    """Return the series of one metric."""
    return {key: value for key, value in series.items() if key[0] == name}


def test_a_service_that_is_well_tells_all_that_there_is_to_tell() -> None:
    """Plain numbers, each under the name in the documentation."""
    series = scraped()

    assert (
        series.items()
        >= {
            ("tonearm_info", "0.1.0"): 1,
            ("tonearm_uptime_seconds",): 11_520,
            ("tonearm_viewers",): 4,
            ("tonearm_calls_ceiling",): 3000,
            ("tonearm_next_look_seconds", "watched"): 3.2,
        }.items()
    )


@pytest.mark.parametrize("health", Health)
def test_exactly_one_health_is_1(health: Health) -> None:
    """An alert names its word and needs no other to be absent."""
    series = named(scraped(report(health=health)), "tonearm_health")

    assert series == {("tonearm_health", word): float(word is health) for word in Health}


@pytest.mark.parametrize("state", State)
def test_exactly_one_state_is_1(state: State) -> None:
    """The same for what is shown."""
    series = named(scraped(report(state=state)), "tonearm_state")

    assert series == {("tonearm_state", word): float(word is state) for word in State}


def test_calls_are_told_for_each_endpoint_also_when_there_were_none() -> None:
    """A series that comes and goes would break sums over time."""
    series = named(scraped(), "tonearm_calls_24h")

    assert {key[1] for key in series} == set(Endpoint)
    assert series["tonearm_calls_24h", "player"] == 800
    assert series["tonearm_calls_24h", "queue"] == 0


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("tonearm_calls_ceiling_learned", {}),
        ("tonearm_cooldown_until_seconds", {}),
        ("tonearm_login_valid_until_seconds", {"login": None}),
        ("tonearm_next_look_seconds", {"next_look": NextLook(in_s=None, why="login_needed")}),
        ("tonearm_unexpected_errors_total", {}),
    ],
)
def test_a_number_that_there_is_not_is_left_out(name: str, changes: dict[str, Any]) -> None:
    """A zero would be an instant in 1970, or a ceiling of no calls."""
    series = scraped(report(**changes))

    assert named(series, name) == {}


def test_a_learned_ceiling_is_told_when_there_is_one() -> None:
    """Beside the one in force."""
    series = scraped(learned=2_100)

    assert series["tonearm_calls_ceiling_learned",] == 2_100


def test_instants_are_seconds_though_the_service_counts_milliseconds() -> None:
    """As time() in a Prometheus query."""
    series = scraped(report(health=Health.LIMITED, until=NOW_AT + 500))

    assert series["tonearm_cooldown_until_seconds",] == NOW_AT / 1000 + 0.5
    assert series["tonearm_login_valid_until_seconds",] == NOW_AT / 1000 + 120 * 86_400


def test_unexpected_errors_are_told_by_their_type() -> None:
    """What is in the log as one line each, as a number to alert on."""
    series = named(
        scraped(faults={"LookupError": 2, "OSError": 1}), "tonearm_unexpected_errors_total"
    )

    assert series == {
        ("tonearm_unexpected_errors_total", "LookupError"): 2,
        ("tonearm_unexpected_errors_total", "OSError"): 1,
    }


def test_nothing_private_is_told() -> None:
    """Neither what plays, nor whose account it is, nor why a look failed."""
    said = report(trouble="Spotify does not know this app.")

    text = metrics.exposition(report=said, usage=usage(), faults={}).decode()

    for private in ("Paper Lanterns", "Low Tide", "Ann", "spotify:", "does not know"):
        assert private not in text


def test_the_documentation_has_every_metric_and_no_other() -> None:
    """Who writes a dashboard by the table misses nothing."""
    full = report(health=Health.LIMITED, until=NOW_AT)

    told = {key[0] for key in scraped(full, learned=2_100, faults={"LookupError": 1})}

    rows = Document.named("docs/commands.md").rows("metric")
    assert {name for cells in rows for name in re.findall(r"`(\w+)`", cells[0])} == told
