"""Series in the text formats that Prometheus reads."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector, CollectorRegistry

from service.metrics.catalogue import METRICS, Metric, Series, Value
from service.metrics.traffic import RECENT, statistics

OPENMETRICS = "application/openmetrics-text"


def exposition(series: Series, accept: str = "") -> tuple[bytes, str]:
    """The text, and its media type: OpenMetrics where a client accepts it, else Prometheus' own."""
    registry = CollectorRegistry()
    registry.register(_Families(series))
    if OPENMETRICS in accept:
        text: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]
        return text, openmetrics.CONTENT_TYPE_LATEST
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Families(Collector):
    """Series as prometheus-client has them."""

    def __init__(self, series: Series) -> None:
        self._series = {**series, **_summaries(series)}

    def describe(self) -> list[Family]:
        """Nothing: it has the registry to itself."""
        return []

    def collect(self) -> Iterator[Family]:
        """Every metric of the catalogue that has a value, in its order."""
        for metric in METRICS:
            if values := self._series.get(metric.name):
                yield _family(metric, values)


def _summaries(series: Series) -> Series:
    """The gauges of recent traffic, which can be worked out only once all workers' sums are added up."""
    names = ("mean_shift", "spread_ratio", "seasonality")
    gauges: Series = {f"rollcast_traffic_{name}": {} for name in names}
    for labels, sums in series.get(RECENT, {}).items():
        if isinstance(sums, list):
            for name, value in zip(names, statistics(sums), strict=True):
                if value is not None:
                    gauges[f"rollcast_traffic_{name}"][labels] = value
    return gauges


def _family(metric: Metric, values: Mapping[tuple[str, ...], Value]) -> Family:
    if metric.kind == "histogram":
        return _histogram(metric, values)
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = make(metric.name, metric.help, labels=metric.labels)
    for labels, value in sorted(values.items()):
        if not isinstance(value, list):
            family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, values: Mapping[tuple[str, ...], Value]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = [*(str(bound) for bound in metric.buckets), "+Inf"]
    for labels, value in sorted(values.items()):
        if isinstance(value, list):
            *counts, total = value
            family.add_metric(labels, list(zip(bounds, accumulate(counts), strict=True)), total)
    return family
