"""A forecast in pieces: each as it stands in the whole answer."""

import numpy as np
import pytest

from models.engine.offline import predict_offline
from models.errors import InvalidRequest, InvalidWindow
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.registry import Registry
from models.spec.model_spec import ModelSpec
from service.forecast_steps import ForecastSteps, check_streamed
from service.forecasting import ForecastRequest, finish, prepare
from service.window_times import WindowTimes
from tests.support.tiny import graph_of, tiny_spec

WINDOWS = np.random.default_rng(1).normal(size=(2, 8, 1))
TIMES = [WindowTimes(end="2024-02-28", freq="1d"), WindowTimes(end="2030-01-01", freq="1d")]
REQUEST = ForecastRequest(WINDOWS, 5, levels=(50, 80), times=TIMES)


def forecaster_of(spec: ModelSpec) -> Forecaster:
    errors = np.arange(1, 40) / 10 * np.arange(1, 6)[:, None, None]
    return Forecaster(spec, OnnxNetwork(graph_of(spec)), intervals=Intervals(errors))


@pytest.mark.parametrize(
    "spec",
    [
        tiny_spec(),
        tiny_spec(interval_season=2, nonnegative=("value",)),
        tiny_spec(quantiles=(0.1, 0.9), interval_scale="quantiles"),
    ],
    ids=["fixed", "by the window", "by quantiles"],
)
def test_pieces_have_the_numbers_of_the_whole(registry: Registry, spec: ModelSpec) -> None:
    forecaster, manifest = forecaster_of(spec), registry.manifest("tiny", 1)
    prepared = prepare(REQUEST, forecaster)
    predictions = predict_offline(forecaster, prepared.inputs)
    whole, steps = finish(manifest, forecaster, prepared, predictions), ForecastSteps(forecaster, prepared)
    pieces = [steps.next(predictions[:, first : first + 2]) for first in (0, 2, 4)]
    assert [piece.first for piece in pieces] == [0, 2, 4]
    joined = np.concatenate([piece.predictions for piece in pieces], axis=1)
    assert joined.tolist() == whole.predictions.tolist()
    for level, bounds in whole.intervals.items():
        for side in bounds._fields:
            each = np.concatenate([getattr(piece.intervals[level], side) for piece in pieces], axis=1)
            assert each.tolist() == getattr(bounds, side).tolist()
    joined_times = [[time for piece in pieces for time in (piece.timestamps or ())[window]] for window in (0, 1)]
    assert joined_times == whole.timestamps
    end = steps.end(manifest)
    assert (end.manifest, end.out_of_range, end.unseen) == (manifest, whole.out_of_range, whole.unseen)


def test_a_number_that_is_not_finite_is_told_with_its_window() -> None:
    forecaster = forecaster_of(tiny_spec())
    steps = ForecastSteps(forecaster, prepare(REQUEST, forecaster))
    with pytest.raises(InvalidWindow) as raised:
        steps.next(np.array([[[1.0]], [[np.inf]]], np.float32))
    assert raised.value.location == ("windows", 1)


@pytest.mark.parametrize(
    ("request_", "name"), [(REQUEST._replace(paths=3), "paths"), (REQUEST._replace(adapt=True), "adapt")]
)
def test_what_needs_whole_forecasts_is_told(request_: ForecastRequest, name: str) -> None:
    check_streamed(REQUEST)
    with pytest.raises(InvalidRequest, match=f"{name} needs whole forecasts") as raised:
        check_streamed(request_)
    assert raised.value.location == (name,)
