"""The catalogue of metrics, and how the values of several workers become one."""

from pathlib import Path

import pytest

from models.engine.stats import BUCKETS
from service.metrics.catalogue import BY_NAME, METRICS, ROWS_BUCKETS, Series, add

ROOT = Path(__file__).parents[3]


def test_names_follow_the_ecosystem() -> None:
    assert len(BY_NAME) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith(("rollcast_", "http_server_", "process_")), metric.name
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert bool(metric.buckets) == (metric.kind == "histogram"), metric.name
        assert list(metric.buckets) == sorted(metric.buckets)
        assert metric.help.endswith(".")


def test_the_engine_counts_rows_in_the_buckets_that_are_told() -> None:
    assert len(ROWS_BUCKETS) + 1 == BUCKETS


def test_every_metric_is_in_the_table_for_operators() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    assert [metric.name for metric in METRICS if f"`{metric.name}`" not in text] == []


def test_workers_are_added_up_or_the_largest_counts() -> None:
    one: Series = {
        "rollcast_workers": {(): 1.0},
        "rollcast_models_refused": {(): 2.0},
        "rollcast_engine_batch_rows": {("first",): [1.0, 2.0]},
    }
    other: Series = {
        "rollcast_workers": {(): 1.0},
        "rollcast_models_refused": {(): 1.0},
        "rollcast_engine_batch_rows": {("first",): [3.0, 4.0], ("step",): [5.0, 6.0]},
    }
    add(one, other)
    assert one == {
        "rollcast_workers": {(): 2.0},
        "rollcast_models_refused": {(): 2.0},
        "rollcast_engine_batch_rows": {("first",): [4.0, 6.0], ("step",): [5.0, 6.0]},
    }
    assert other["rollcast_engine_batch_rows"][("step",)] == [5.0, 6.0]


def test_a_histogram_and_a_number_are_never_mixed_up() -> None:
    with pytest.raises(TypeError, match="no two values"):
        add({"rollcast_workers": {(): 1.0}}, {"rollcast_workers": {(): [1.0]}})
