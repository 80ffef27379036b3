"""Requests counted as they end."""

import pytest

from service.metrics.catalogue import DURATION_BUCKETS
from service.metrics.request_stats import RequestStats


@pytest.mark.parametrize(
    ("seconds", "bucket"), [(0.0, 0), (0.0005, 0), (0.0006, 1), (0.001, 2), (60.0, 19), (61.0, 20), (1e9, 20)]
)
def test_a_request_falls_in_the_first_bucket_that_is_long_enough(seconds: float, bucket: int) -> None:
    stats = RequestStats()
    stats.ended(("/predict", "POST", "200"), seconds)
    histogram = stats.series()["http_server_request_duration_seconds"][("/predict", "POST", "200")]
    assert isinstance(histogram, list)
    *counts, total = histogram
    assert [index for index, count in enumerate(counts) if count] == [bucket]
    assert total == seconds
    assert len(counts) == len(DURATION_BUCKETS) + 1


def test_each_route_method_and_status_is_counted_by_itself() -> None:
    stats = RequestStats()
    for outcome in (("/predict", "POST", "200"), ("/predict", "POST", "200"), ("/models", "GET", "404")):
        stats.ended(outcome, 0.01)
    durations = stats.series()["http_server_request_duration_seconds"]
    counts = {outcome: sum(each[:-1]) for outcome, each in durations.items() if isinstance(each, list)}
    assert counts == {("/predict", "POST", "200"): 2, ("/models", "GET", "404"): 1}


def test_what_was_told_does_not_change_any_more() -> None:
    stats = RequestStats()
    stats.ended(("/", "GET", "200"), 0.01)
    told = stats.series()
    stats.ended(("/", "GET", "200"), 0.01)
    stats.active = 3
    assert told != stats.series()
    assert told["http_server_active_requests"] == {(): 0.0}
