"""Every metric that the service tells: its name, kind, labels and help."""

from typing import Literal, NamedTuple

# A number, or what a histogram holds: a count for each bucket, one above the last, and the sum.
Value = float | list[float]
# By metric and label values.
Series = dict[str, dict[tuple[str, ...], Value]]

# In seconds. A next value takes about a millisecond, and no forecast more than a minute.
DURATION_BUCKETS = (
    *(0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
ROWS_BUCKETS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)  # models/engine/stats.py counts in these


class Metric(NamedTuple):
    """One metric. `merged` tells how the values of several workers become one."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    merged: Literal["sum", "max"] = "sum"


_VERSION = ("model", "version")
_FEATURE = (*_VERSION, "feature")

METRICS = (
    Metric(
        "http_server_request_duration_seconds",
        "histogram",
        "How long requests took, by route, method and status.",
        ("http_route", "http_request_method", "http_response_status_code"),
        DURATION_BUCKETS,
    ),
    Metric("http_server_active_requests", "gauge", "Requests that are being answered."),
    Metric("rollcast_connections", "gauge", "Connections, all that are open and those that wait.", ("state",)),
    Metric("rollcast_connections_closed_total", "counter", "Connections that ended, by why.", ("reason",)),
    Metric("rollcast_connections_refused_total", "counter", "New connections, where every other was busy."),
    Metric(
        "rollcast_requests_rejected_total",
        "counter",
        "Requests answered with a problem, by the last part of its type.",
        ("reason",),
    ),
    Metric("rollcast_forecasts_under_way", "gauge", "Forecasts that wait for the engine, or that it works on."),
    Metric(
        "rollcast_forecast_oldest_seconds",
        "gauge",
        "How long the forecast that waits longest has waited.",
        merged="max",
    ),
    Metric("rollcast_queue_wait_seconds", "gauge", "How long what waits takes.", ("queue",), merged="max"),
    Metric("rollcast_queue_length", "gauge", "How much waits: requests, or cell steps of the engine.", ("queue",)),
    Metric("rollcast_queue_rejected_total", "counter", "Requests refused because of a queue.", ("queue",)),
    Metric("rollcast_engine_rolling_rows", "gauge", "Rows that roll out."),
    Metric("rollcast_engine_ticks_total", "counter", "Ticks of the engine's threads."),
    Metric(
        "rollcast_engine_batch_rows",
        "histogram",
        "Rows of each call of a network: first calls, and those that go on by some steps.",
        ("call",),
        ROWS_BUCKETS,
    ),
    Metric("rollcast_model_info", "gauge", "1 for each version that is loaded.", (*_VERSION, "kind"), merged="max"),
    Metric("rollcast_models_refused", "gauge", "Versions that are refused.", merged="max"),
    Metric("rollcast_models_opening", "gauge", "Versions that are being opened."),
    Metric("rollcast_models_opened_total", "counter", "Versions that were opened."),
    Metric("rollcast_models_failed_openings_total", "counter", "Openings that ended in a refusal."),
    Metric("rollcast_models_swaps_total", "counter", "Times that a reference came to mean another version."),
    Metric("rollcast_registry_failed_looks_total", "counter", "Times that the registry could not be read."),
    Metric("rollcast_traffic_requests_total", "counter", "Forecasts begun, by version.", _VERSION),
    Metric("rollcast_traffic_windows_total", "counter", "Windows that came.", _VERSION),
    Metric("rollcast_traffic_steps_total", "counter", "Steps asked for, over all windows.", _VERSION),
    Metric(
        "rollcast_traffic_windows_out_of_range_total",
        "counter",
        "Windows far outside the range of training, whose forecasts came with a warning.",
        _VERSION,
    ),
    Metric("rollcast_traffic_values_total", "counter", "Values that were compared with training.", _FEATURE),
    Metric(
        "rollcast_traffic_values_outside_total", "counter", "Those of them outside the range of training.", _FEATURE
    ),
    Metric(
        "rollcast_traffic_mean_shift",
        "gauge",
        "The mean of recent values less that of training, in standard deviations of training.",
        _FEATURE,
    ),
    Metric(
        "rollcast_traffic_spread_ratio",
        "gauge",
        "The standard deviation of recent values, divided by that of training.",
        _FEATURE,
    ),
    Metric(
        "rollcast_traffic_seasonality",
        "gauge",
        "The autocorrelation of recent windows at the model's season.",
        _FEATURE,
    ),
    Metric("rollcast_log_lines_dropped_total", "counter", "Access log lines that nobody took in time."),
    Metric("rollcast_workers", "gauge", "Workers that serve."),
    Metric("rollcast_build_info", "gauge", "1, with the version of rollcast.", ("version",), merged="max"),
    Metric("process_cpu_seconds_total", "counter", "Processor time of all workers."),
    Metric("process_resident_memory_bytes", "gauge", "Resident memory of all workers."),
    Metric("process_virtual_memory_bytes", "gauge", "Virtual memory of all workers."),
    Metric("process_open_fds", "gauge", "Open files of all workers."),
    Metric("process_max_fds", "gauge", "How many files all workers may open."),
    Metric("process_start_time_seconds", "gauge", "When the newest worker started, in Unix seconds.", merged="max"),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def add(series: Series, more: Series) -> None:
    """Merge the series of one worker into those of others."""
    for name, values in more.items():
        into = series.setdefault(name, {})
        largest = name in BY_NAME and BY_NAME[name].merged == "max"
        for labels, value in values.items():
            into[labels] = value if labels not in into else _merged(into[labels], value, largest=largest)


def _merged(one: Value, other: Value, *, largest: bool) -> Value:
    if isinstance(one, list) and isinstance(other, list):
        return [left + right for left, right in zip(one, other, strict=True)]
    if isinstance(one, list) or isinstance(other, list):
        raise TypeError("a histogram and a number are no two values of one metric")
    return max(one, other) if largest else one + other
