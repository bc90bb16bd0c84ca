"""The service in numbers, in the text format of Prometheus.

Nothing is counted here: every number is read off what the service knows at the moment it is asked.
They tell how it is, never what is played nor by whom. Whoever needs no numbers need not load this
module, nor the library it stands on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from tonearm.poller.calls import Endpoint
from tonearm.poller.ledger import Usage
from tonearm.poller.playback import Health, State

from .control_messages import Report

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def exposition(*, report: Report, usage: Usage, faults: Mapping[str, int]) -> bytes:
    """Return what a scrape is answered with, as ``CONTENT_TYPE``.

    ``faults`` counts the errors nobody expected by the name of their type. A number that there is
    not, such as the end of a cooldown when there is none, is left out.
    """
    registry = CollectorRegistry()
    registry.register(_Moment(report=report, usage=usage, faults=faults))
    return generate_latest(registry)


@dataclass(frozen=True, eq=False, kw_only=True)  # the registry hashes it
class _Moment(Collector):
    """How the service is while it is asked."""

    report: Report
    usage: Usage
    faults: Mapping[str, int]

    def collect(self) -> Iterator[Metric]:
        status = self.report.status
        yield InfoMetricFamily(
            "tonearm", "The version that runs.", value={"version": status.version}
        )
        yield GaugeMetricFamily(
            "tonearm_uptime_seconds", "Time since the start.", value=status.uptime_s
        )
        yield _one_of("health", "1 for the health that is published.", Health, status.health)
        yield _one_of("state", "1 for the state that is published.", State, status.state)
        yield GaugeMetricFamily("tonearm_viewers", "Viewers connected now.", value=status.viewers)
        yield from self._calls()
        yield _labelled(
            GaugeMetricFamily(
                "tonearm_next_look_seconds",
                "Time until Spotify is asked again, and why then.",
                labels=["why"],
            ),
            {} if status.next_look.in_s is None else {status.next_look.why: status.next_look.in_s},
        )
        yield _instant(
            "tonearm_cooldown_until_seconds",
            "When Spotify may be asked again after it refused (Unix time).",
            status.until,
        )
        yield _instant(
            "tonearm_login_valid_until_seconds",
            "When the owner has to log in again (Unix time).",
            status.login.valid_until if status.login else None,
        )
        yield _labelled(
            CounterMetricFamily(
                "tonearm_unexpected_errors",
                "Requests to the public port that failed as nobody expected.",
                labels=["error"],
            ),
            self.faults,
        )

    def _calls(self) -> Iterator[Metric]:
        usage = self.usage
        yield _labelled(
            GaugeMetricFamily(
                "tonearm_calls_24h", "Calls to Spotify in the last 24 hours.", labels=["endpoint"]
            ),
            {endpoint: usage.by_endpoint.get(endpoint, 0) for endpoint in Endpoint},
        )
        yield GaugeMetricFamily(
            "tonearm_calls_ceiling", "Calls that may be made in 24 hours.", value=usage.ceiling
        )
        yield GaugeMetricFamily(
            "tonearm_calls_ceiling_learned",
            "The ceiling that Spotify's refusals taught.",
            value=usage.learned,
        )


def _one_of(name: str, says: str, words: Iterable[StrEnum], present: StrEnum) -> Metric:
    """Return a series per word, so that an alert on one of them never lacks it."""
    return _labelled(
        GaugeMetricFamily(f"tonearm_{name}", says, labels=[name]),
        {word: int(word is present) for word in words},
    )


def _labelled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, float]
) -> Metric:
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def _instant(name: str, says: str, at: int | None) -> Metric:
    """Return an instant in seconds, as Prometheus counts them, from one in milliseconds."""
    return GaugeMetricFamily(name, says, value=None if at is None else at / 1000)
