"""Series in Prometheus' text formats."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from service.metrics.catalogue import DURATION_BUCKETS, Series
from service.metrics.exposition import exposition

COUNTS = [0.0, 0.0, 3.0, *[0.0] * (len(DURATION_BUCKETS) - 3), 1.0, 70.5]
SERIES: Series = {
    "http_server_request_duration_seconds": {("/predict", "POST", "200"): list(COUNTS)},
    "rollcast_requests_rejected_total": {("unknown-model",): 2.0},
    "rollcast_model_info": {("m", "1", "lstm"): 1.0},
    "recent": {("m", "1", "f"): [10.0, 20.0, 50.0, 3.0, 4.0], ("m", "2", "f"): [0.0] * 5},
}


def samples(text: bytes) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in parse(text.decode())
        for sample in family.samples
    }


def test_every_kind_is_told_as_prometheus_reads_it() -> None:
    text, media_type = exposition(SERIES)
    assert media_type == "text/plain; version=0.0.4; charset=utf-8"
    told = samples(text)
    assert told[("rollcast_requests_rejected_total", ("unknown-model",))] == 2
    name = "http_server_request_duration_seconds"
    histogram = {labels: value for (sample, labels), value in told.items() if sample == f"{name}_bucket"}
    by_bound = {
        next(label for label in labels if label not in ("/predict", "POST", "200")): value
        for labels, value in histogram.items()
    }
    assert (by_bound["0.00075"], by_bound["0.001"], by_bound["60.0"], by_bound["+Inf"]) == (0, 3, 3, 4)
    assert len(by_bound) == len(DURATION_BUCKETS) + 1
    assert {told[key] for key in told if key[0] == f"{name}_count"} == {4}
    assert {told[key] for key in told if key[0] == f"{name}_sum"} == {70.5}


def test_recent_traffic_is_summed_up_over_all_workers_and_its_sums_stay_hidden() -> None:
    text, _ = exposition(SERIES)
    told = samples(text)
    recent = {name: value for (name, _), value in told.items() if name.startswith("rollcast_traffic_")}
    assert recent == {
        "rollcast_traffic_mean_shift": 2.0,
        "rollcast_traffic_spread_ratio": 1.0,
        "rollcast_traffic_seasonality": 0.75,
    }
    assert b"recent" not in text.replace(b"recent values", b"").replace(b"recent windows", b"")


def test_openmetrics_is_told_to_those_who_accept_it() -> None:
    text, media_type = exposition(SERIES, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert media_type.startswith("application/openmetrics-text; version=1.0.0")
    families = parse_openmetrics(text.decode())  # type: ignore[no-untyped-call]
    assert "rollcast_requests_rejected" in {family.name for family in families}


def test_labels_that_hold_anything_are_escaped() -> None:
    text, _ = exposition({"rollcast_requests_rejected_total": {('a"\n\\b',): 1.0}})
    assert samples(text) == {("rollcast_requests_rejected_total", ('a"\n\\b',)): 1.0}
