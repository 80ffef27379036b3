"""A request that a version answers."""

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from models.errors import InvalidRequest
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.spec.example_request import example_request
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from tests.support.tiny import graph_of, tiny_description, tiny_spec

TIMED = tiny_spec(calendar=("day",), frequency="30m")


def request(spec: ModelSpec, errors: tuple[int, int, int] | None = None) -> dict[str, Any]:
    intervals = None if errors is None else Intervals(np.ones(errors))
    return example_request("tiny", tiny_description(spec, graph_of(spec), intervals))


def test_a_window_is_shortened_to_six_digits() -> None:
    assert request(tiny_spec()) == {"model": "tiny", "window": [0.0, 0.142857, 0.285714, 0.428571], "horizon": 5}


def test_rows_come_where_there_are_several_features_and_one_step_where_no_more_can_be_had() -> None:
    asked = request(tiny_spec(features=("a", "b"), targets=("b",)))
    assert asked["window"] == [[0.0, 0.0666667], [0.133333, 0.2], [0.266667, 0.333333], [0.4, 0.466667]]
    assert asked["horizon"] == 1


@pytest.mark.parametrize(
    ("errors", "horizon", "levels"),
    [((9, 1, 19), 5, [80, 95]), ((2, 1, 18), 2, [80]), ((9, 1, 3), 5, None)],
)
def test_intervals_are_asked_for_as_far_as_they_are_calibrated(
    errors: tuple[int, int, int], horizon: int, levels: list[int] | None
) -> None:
    asked = request(tiny_spec(), errors)
    assert (asked["horizon"], asked.get("levels")) == (horizon, levels)


def test_times_come_where_the_model_needs_them() -> None:
    asked = request(TIMED)
    assert (asked["end"], asked["freq"]) == ("2024-02-29T23:30:00+00:00", "30m")
    forecaster = Forecaster(TIMED, OnnxNetwork(graph_of(TIMED)))
    times = [TimeIndex(datetime.fromisoformat(str(asked["end"])), parse_frequency(str(asked["freq"])))]
    answer = forecaster.forecast([asked["window"]], 5, times=times)
    assert answer.shape == (1, asked["horizon"], 1)
    with pytest.raises(InvalidRequest, match="takes in the day of each value"):
        forecaster.forecast([asked["window"]], 5)


@pytest.mark.parametrize(("seasons", "told"), [((12,), 12), ((24, 168), [24, 168]), (None, None)])
def test_seasons_come_as_the_golden_was_told_them(seasons: tuple[int, ...] | None, told: Any) -> None:
    description = tiny_description(tiny_spec(), graph_of(tiny_spec()))
    golden = description.goldens[0].model_copy(update={"seasons": seasons})
    assert example_request("tiny", description.model_copy(update={"goldens": (golden,)})).get("season") == told
