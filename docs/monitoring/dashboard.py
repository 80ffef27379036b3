"""python docs/monitoring/dashboard.py: write the Grafana dashboard, dashboard.json, anew."""

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

PATH = Path(__file__).with_name("dashboard.json")
SOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")

_OF_PREDICT = 'http_server_request_duration_seconds_bucket{http_route="/predict"}'
_BY_VERSION = "sum by (model, version)"


class Graph(NamedTuple):
    """One panel: what it shows, in which unit, and its queries by legend."""

    title: str
    unit: str
    queries: Mapping[str, str]
    description: str = ""


ROWS: Mapping[str, Sequence[Graph]] = {
    "Requests": [
        Graph(
            "Requests by status",
            "reqps",
            {
                "{{http_response_status_code}}": "sum by (http_response_status_code) "
                "(rate(http_server_request_duration_seconds_count[$__rate_interval]))"
            },
        ),
        Graph(
            "How long forecasts take",
            "s",
            {
                f"p{share}": f"histogram_quantile(0.{share}, sum by (le) (rate({_OF_PREDICT}[$__rate_interval])))"
                for share in (50, 90, 99)
            },
        ),
        Graph(
            "Requests turned away, by reason",
            "reqps",
            {"{{reason}}": "sum by (reason) (rate(rollcast_requests_rejected_total[$__rate_interval]))"},
        ),
        Graph(
            "Under way",
            "short",
            {
                "requests": "sum(http_server_active_requests)",
                "forecasts": "sum(rollcast_forecasts_under_way)",
                "rows that roll out": "sum(rollcast_engine_rolling_rows)",
            },
        ),
        Graph(
            "How long what waits takes",
            "s",
            {
                "{{queue}}": "max by (queue) (rollcast_queue_wait_seconds)",
                "oldest": "max(rollcast_forecast_oldest_seconds)",
            },
        ),
        Graph("Connections", "short", {"{{state}}": "sum by (state) (rollcast_connections)"}),
    ],
    "Engine": [
        Graph(
            "Calls of networks",
            "ops",
            {"{{call}}": "sum by (call) (rate(rollcast_engine_batch_rows_count[$__rate_interval]))"},
        ),
        Graph(
            "Rows in each call",
            "short",
            {
                "{{call}}": "sum by (call) (rate(rollcast_engine_batch_rows_sum[$__rate_interval])) "
                "/ sum by (call) (rate(rollcast_engine_batch_rows_count[$__rate_interval]))"
            },
            "The mean. Requests that come at the same time share calls.",
        ),
        Graph(
            "Processor",
            "short",
            {"cores": "sum(rate(process_cpu_seconds_total[$__rate_interval]))"},
            "How many cores are at work.",
        ),
        Graph("Memory", "bytes", {"resident": "sum(process_resident_memory_bytes)"}),
    ],
    "Models": [
        Graph(
            "Windows",
            "short",
            {"{{model}}@{{version}}": f"{_BY_VERSION} (rate(rollcast_traffic_windows_total[$__rate_interval]))"},
            "How many come each second.",
        ),
        Graph("Versions refused", "short", {"refused": "max(rollcast_models_refused)"}),
        Graph(
            "Values outside the range of training",
            "percentunit",
            {
                "{{model}}@{{version}} {{feature}}": "sum by (model, version, feature) "
                "(rate(rollcast_traffic_values_outside_total[$__rate_interval])) / "
                "sum by (model, version, feature) (rate(rollcast_traffic_values_total[$__rate_interval]))"
            },
        ),
        Graph(
            "Mean against training",
            "short",
            {"{{model}}@{{version}} {{feature}}": "rollcast_traffic_mean_shift"},
            "In standard deviations of training; 0 is as in training.",
        ),
        Graph(
            "Spread against training",
            "short",
            {"{{model}}@{{version}} {{feature}}": "rollcast_traffic_spread_ratio"},
            "1 is as in training.",
        ),
        Graph(
            "Seasonality",
            "short",
            {"{{model}}@{{version}} {{feature}}": "rollcast_traffic_seasonality"},
            "The autocorrelation at the model's season; 1 repeats itself exactly.",
        ),
    ],
}


def panel(graph: Graph, number: int) -> timeseries.Panel:
    """A graph as Grafana has it, half as wide as the page."""
    legend = common.VizLegendOptions().show_legend(True).placement(LegendPlacement.BOTTOM)
    built = timeseries.Panel().id(number).title(graph.title).description(graph.description).legend(legend)
    built = built.datasource(SOURCE).unit(graph.unit).span(12).height(8)
    if graph.unit != "short":
        built = built.min(0)
    for reference, (words, query) in zip("ABCDEF", graph.queries.items(), strict=False):
        target = prometheus.Dataquery().expr(query).legend_format(words).ref_id(reference)
        built = built.with_target(target)
    return built


def document() -> str:
    """The dashboard's JSON."""
    built = dashboard.Dashboard("rollcast").uid("rollcast").tags(["rollcast"]).refresh("30s").time("now-3h", "now")
    numbers = itertools.count(1)
    for title, graphs in ROWS.items():
        built = built.with_row(dashboard.Row(title).id(next(numbers)))
        for graph in graphs:
            built = built.with_panel(panel(graph, next(numbers)))
    return json.dumps(built.build(), cls=JSONEncoder, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(document())
