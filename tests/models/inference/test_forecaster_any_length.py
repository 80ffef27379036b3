"""Forecasts of windows of any length and season: raw units in, raw units out."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.engine.offline import predict_offline
from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import ROWS_PER_CALL, Forecaster
from models.inference.rollout import rollout
from models.intervals.conformal import Intervals
from models.spec.model_spec import ModelSpec
from tests.support.any_series.tiny import any_forecaster, any_spec, seasonal_values
from tests.support.tiny import graph_of, tiny_spec

MONTHS, QUARTERS = seasonal_values(48, 12, noise=1), [103.0, 99, 96, 102] * 5 + [105.0, 90]
SIGNED = (np.array(seasonal_values(30, 7, seed=2, noise=1)) - 100).tolist()
WINDOWS: list[Sequence[float]] = [MONTHS, QUARTERS, SIGNED, list(range(8)), MONTHS[7:], QUARTERS[2:]]
SEASONS: list[tuple[int, ...] | None] = [(12,), (4,), None, (), (6, 12), None]
SPECS = [any_spec(), any_spec("gru", window=16, outputs=3, patch=4), any_spec("simple_rnn", outputs=1, members=2)]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("horizon", [1, 4, 11])
def test_a_request_of_many_windows_is_answered_as_each_alone(spec: ModelSpec, horizon: int) -> None:
    model = any_forecaster(spec)
    together = model.forecast(WINDOWS, horizon, seasons=SEASONS)
    assert together.shape == (6, horizon, 1)
    for answer, window, seasons in zip(together, WINDOWS, SEASONS, strict=True):
        assert np.allclose(answer, model.forecast([window], horizon, seasons=[seasons])[0], rtol=1e-4)


def test_more_windows_than_a_call_takes_keep_their_order() -> None:
    model = any_forecaster()
    windows = [np.array(WINDOWS[number % 6]) * (1 + number) for number in range(ROWS_PER_CALL + 5)]
    together = model.forecast(windows, 6, seasons=[()] * len(windows))
    for number in (0, 1, ROWS_PER_CALL, ROWS_PER_CALL + 4):
        assert np.allclose(together[number], model.forecast([windows[number]], 6, seasons=[()])[0], rtol=1e-4)


@pytest.mark.parametrize("spec", SPECS)
def test_a_shorter_horizon_is_the_beginning_of_a_longer_one(spec: ModelSpec) -> None:
    model = any_forecaster(spec)
    long = model.forecast(WINDOWS, 13, seasons=SEASONS)
    for horizon in (1, spec.outputs, spec.outputs + 1, 9):
        assert np.allclose(model.forecast(WINDOWS, horizon, seasons=SEASONS), long[:, :horizon], rtol=1e-4)


@pytest.mark.parametrize("spec", SPECS)
def test_the_engine_that_serves_predicts_the_same(spec: ModelSpec) -> None:
    model = any_forecaster(spec)
    inputs = model.prepare(WINDOWS, 13, seasons=SEASONS)
    expected = rollout(model.network, spec, inputs.contexts, 13, inputs.known_future)
    assert np.allclose(predict_offline(model, inputs), expected, atol=1e-5)


@pytest.mark.parametrize("sizes", [(13,), (1,) * 13, (4, 4, 4, 1), (5, 8)])
def test_pieces_of_a_stream_are_the_whole(sizes: Sequence[int]) -> None:
    model = any_forecaster()
    inputs = model.prepare(WINDOWS, 13, seasons=SEASONS)
    predictions = predict_offline(model, inputs)
    steps, pieces, first = model.raw_steps(inputs, 13), [], 0
    scale = model.error_scale(inputs, predictions)
    for size in sizes:
        piece = predictions[:, first : first + size]
        pieces.append(steps.next(piece[..., :1]))
        of_piece = model.error_scale(inputs, piece, first)
        assert np.array_equal(of_piece.below, scale.below[:, first : first + size])
        assert np.array_equal(of_piece.above, scale.above[:, first : first + size])
        first += size
    assert np.array_equal(np.concatenate(pieces, axis=1), model.to_raw(inputs, predictions))


def test_the_unit_of_a_window_does_not_matter() -> None:
    model, window = any_forecaster(), np.array(MONTHS)
    answer = model.forecast([window], 9, seasons=[(12,)])
    for size in (1e300, 1e-300, 0.01):
        assert np.allclose(model.forecast([window * size], 9, seasons=[(12,)]) / size, answer, rtol=1e-4)


def test_found_seasons_are_told_of_windows_that_came_without() -> None:
    inputs = any_forecaster().prepare(WINDOWS, 3, seasons=SEASONS)
    assert [each is None for each in inputs.found] == [True, True, False, True, True, False]
    assert inputs.found[2] == (7,)
    assert inputs.first(3).found == inputs.found[:3]
    assert any_forecaster().prepare([MONTHS], 3).found == ((12,),)


def test_each_row_has_a_floor_of_its_own() -> None:
    model = any_forecaster(intervals=Intervals(np.resize(np.linspace(-40, 40, 39), (4, 1, 39)), joint=True))
    falling = np.linspace(1000, 0, 20)  # 50 in each step
    windows = [falling, falling - 1, falling]
    inputs = model.prepare(windows, 4, seasons=[()] * 3)
    assert inputs.lowest is not None
    assert inputs.lowest[:, 0, 0].tolist() == [0, -np.inf, 0]
    predictions = predict_offline(model, inputs)
    predictions[..., 0] -= 9  # all of it below nothing
    forecasts = model.to_raw(inputs, predictions)
    assert (forecasts[[0, 2]] == 0).all()
    assert (forecasts[1] < 0).all()
    scale = model.error_scale(inputs, predictions)
    bounds = model.interval(inputs, forecasts, scale.bounds(model.error_bounds(80, 4)))
    paths = model.paths(inputs, scale, forecasts, 5, seed=1)
    assert paths.shape == (3, 5, 4, 1)
    for numbers in (bounds.lower, paths):
        assert (numbers[[0, 2]] >= 0).all()
        assert (numbers[1] < 0).any()
    assert (bounds.upper[[0, 2]] >= 0).all()
    first = inputs.first(2)
    assert first.lowest is not None
    assert len(first.lowest) == len(first.contexts) == 2
    assert np.array_equal(model.paths(first, scale.of_rows(slice(2)), forecasts[:2], 5, seed=1)[0], paths[0])


def test_constants_and_zeros_stay_finite() -> None:
    windows = [[7.0] * 20, [0.0] * 20, [0.0, 0, 0, 0, 2] * 4]
    answers = any_forecaster().forecast(windows, 30)
    assert np.isfinite(answers).all()
    assert np.allclose(answers[0], 7, rtol=0.02)
    assert not answers[1].any() or np.abs(answers[1]).max() < 20


def test_what_can_t_be_forecast_is_told_with_its_place() -> None:
    model = any_forecaster()
    with pytest.raises(InvalidWindow, match="the window has 7 values; any needs at least 8") as window:
        model.forecast([MONTHS, [1.0] * 7])
    assert window.value.location == (1,)
    with pytest.raises(InvalidRequest, match="a season of 25 values is longer than half the window of 48") as season:
        model.forecast([QUARTERS, MONTHS], seasons=[(4,), (25,)])
    assert season.value.location == ("seasons", 1)
    with pytest.raises(InvalidHorizon, match="at least 1"):
        model.forecast([MONTHS], 0)


def test_a_forecast_beyond_all_floats_is_refused_where_it_stands() -> None:
    model = any_forecaster(intervals=Intervals(np.ones((40, 1, 39))))
    windows = [MONTHS, [1.7e308, -1.7e308] * 10]
    inputs = model.prepare(windows, 40, seasons=[(), ()])
    predictions = predict_offline(model, inputs)
    with pytest.raises(InvalidWindow) as far:
        model.to_raw(inputs, predictions)
    assert far.value.location == (1,)
    bounds = model.error_scale(inputs, predictions).bounds(model.error_bounds(80, 40))
    assert np.isfinite(bounds.upper[0]).all()


def test_other_models_take_no_seasons() -> None:
    spec = tiny_spec()
    model = Forecaster(spec, OnnxNetwork(graph_of(spec)), "plain")
    assert np.array_equal(model.forecast([[1.0] * 4], seasons=[None]), model.forecast([[1.0] * 4]))
    for seasons in ((7,), ()):
        with pytest.raises(InvalidRequest, match="plain learned its series' seasons in training") as caught:
            model.forecast([[1.0] * 4], seasons=[seasons])
        assert caught.value.location == ("seasons",)
