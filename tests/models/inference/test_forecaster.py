"""Raw units in, raw units out."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import OUT_OF_RANGE_MARGIN, ROWS_PER_CALL, Forecaster, ForecastInputs
from models.inference.rollout import rollout
from models.intervals.conformal import Bounds, Intervals
from models.intervals.error_scale import MIN_CHANGE
from models.spec.model_spec import ModelSpec, TrainingRange
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from tests.support.oracle import VARIED, slow_forecast, times_of
from tests.support.tiny import graph_of, tiny_spec
from training.export.onnx_graph import Layer, Member, build_graph

PAIR = tiny_spec(features=("a", "b"), window=2, lead=2)


def forecaster(spec: ModelSpec) -> Forecaster:
    return Forecaster(spec, OnnxNetwork(graph_of(spec)), title="it")


def test_values_are_scaled_on_the_way_in_and_back_on_the_way_out() -> None:
    model = forecaster(PAIR)  # means 1 and 2, scales 2 and 3
    raw = [[3.0, 5.0], [1.0, 2.0], [5.0, -1.0]]
    scaled = np.array([[[1, 1], [0, 0], [2, -1]]], np.float32)
    expected = rollout(model.network, PAIR, scaled, 4) * [2, 3] + [1, 2]
    assert np.allclose(model.forecast([raw], 4), expected)


def test_the_shape_tells_how_to_go_on() -> None:
    window, state = forecaster(tiny_spec(window=2)), forecaster(tiny_spec(window=2, rollout="state"))
    scaled = np.array([[[1], [2]]], np.float32)  # mean 1, scale 2
    expected = rollout(state.network, state.spec, scaled, 4) * 2 + 1
    answers = state.forecast([[3.0, 5.0]], 4)
    assert np.allclose(answers, expected)
    assert answers[0, 0] == window.forecast([[3.0, 5.0]], 4)[0, 0]
    assert not np.allclose(answers[0, 1:], window.forecast([[3.0, 5.0]], 4)[0, 1:])


def test_the_window_may_be_numbers_or_rows_for_one_feature() -> None:
    model = forecaster(tiny_spec(window=3))
    numbers = model.forecast([[1.0, 2, 3]], 2)
    assert numbers.shape == (1, 2, 1)
    assert model.forecast([[[1.0], [2.0], [3.0]]], 2).tolist() == numbers.tolist()
    assert model.forecast(np.array([[[1.0], [2], [3]]]), 2).tolist() == numbers.tolist()


def test_windows_of_different_lengths_count_by_their_ends() -> None:
    model = forecaster(tiny_spec(window=3))
    answers = model.forecast([[1.0, 2, 3], [7.0, 7, 1, 2, 3]], 2)
    assert answers[0].tolist() == answers[1].tolist()


def test_a_batch_larger_than_a_call_keeps_its_order() -> None:
    model = forecaster(tiny_spec(window=2))
    windows = [[float(number), 1.0] for number in range(ROWS_PER_CALL + 5)]
    answers = model.forecast(windows, 2)
    assert np.allclose(answers[-1], model.forecast([windows[-1]], 2)[0], atol=1e-6)
    assert len(answers) == ROWS_PER_CALL + 5


@pytest.mark.parametrize(
    ("spec", "window", "message", "location"),
    [
        (tiny_spec(window=3), [1.0, 2], "the window has 2 values; it needs at least 3", (0,)),
        (tiny_spec(window=3), [1.0], "the window has 1 value;", (0,)),
        (PAIR, [[1.0, 2]], "the window has 1 value; it needs at least 3", (0,)),
        (PAIR, [[0.0, 0], [1, 2], [1, 2], [3]], "a row of 2 numbers (a, b), but a row of 1 came", (0, 3)),
        (PAIR, [1.0, 2, 3], "a row of 2 numbers (a, b), but a single number came", (0, 0)),
        (tiny_spec(window=2), [[1.0, 2], [1, 2]], "must be a number, but a row of 2 came", (0, 0)),
        (tiny_spec(window=2), [[1.0], 2], "each value must be a number", (0,)),
        (tiny_spec(window=2), [0.0, 1, float("nan")], "values must be finite", (0, 2)),
        (tiny_spec(window=2), [0.0, -1e300, 1], "fit in 32-bit floats", (0, 1)),
    ],
)
def test_a_window_that_does_not_fit_is_explained(
    spec: ModelSpec, window: Any, message: str, location: tuple[int, ...]
) -> None:
    with pytest.raises(InvalidWindow) as caught:
        forecaster(spec).forecast([window])
    assert message in str(caught.value)
    assert caught.value.location[: len(location)] == location


def test_the_location_tells_which_of_many_windows() -> None:
    with pytest.raises(InvalidWindow) as caught:
        forecaster(tiny_spec(window=2)).forecast([[1.0, 2], [1.0, float("inf")]])
    assert caught.value.location == (1, 1)


def test_no_windows_at_all() -> None:
    with pytest.raises(InvalidWindow, match="at least one window"):
        forecaster(tiny_spec()).forecast([])


def test_a_horizon_below_one_is_refused() -> None:
    with pytest.raises(InvalidHorizon, match="at least 1, not 0"):
        forecaster(tiny_spec(window=1)).forecast([[1.0]], 0)


def test_fewer_targets_than_features_can_not_be_fed_back() -> None:
    model = forecaster(tiny_spec(features=("a", "b"), targets=("b",), window=1))
    assert model.forecast([[[1.0, 2]]]).shape == (1, 1, 1)
    with pytest.raises(InvalidHorizon, match="forecasts b from a, b, so its answers can't be fed back"):
        model.forecast([[[1.0, 2]]], 2)


def test_an_answer_that_is_not_finite_is_never_given() -> None:
    huge = np.full(1, 3e38, np.float32)
    layer = Layer(1, 1, [np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32), np.zeros(1, np.float32)])
    spec = tiny_spec("simple_rnn", window=1, units=(1,))
    model = Forecaster(spec, OnnxNetwork(build_graph(spec, [Member([layer], huge[None], huge)])))
    with pytest.raises(InvalidWindow, match="not a finite number") as caught:
        model.forecast([[-9.0], [9.0]])
    assert caught.value.location == (1,)


@pytest.mark.parametrize("name", VARIED)
def test_forecasts_are_what_the_slow_way_gives(name: str) -> None:
    """Each window alone, one value after another: tests/support/oracle.py."""
    spec = VARIED[name]
    model = forecaster(spec)
    windows = np.random.default_rng(0).normal(50, 9, (3, spec.context_length, len(spec.features)))
    time_indexes = times_of(spec, 3)
    for horizon in (1, 2, 3, 20) if spec.rolls_out else (1,):
        inputs = model.prepare(windows, horizon, time_indexes)
        answers = model.forecast(windows, horizon, times=time_indexes)
        alone = [
            slow_forecast(model.network, spec, window, horizon, None if time_indexes is None else time_indexes[row])
            for row, window in enumerate(windows)
        ]
        expected = np.stack(alone)
        off = model.to_network_units(inputs, answers) - model.to_network_units(inputs, expected)
        assert np.abs(off).max() < 2e-6


@pytest.mark.parametrize("name", VARIED)
def test_what_was_predicted_is_found_back_from_the_answers(name: str) -> None:
    spec = VARIED[name]
    model = forecaster(spec)
    windows = np.random.default_rng(0).normal(50, 9, (3, spec.context_length, len(spec.features)))
    horizon = 9 if spec.rolls_out else 1
    inputs = model.prepare(windows, horizon, times_of(spec, 3))
    predicted = np.random.default_rng(1).normal(size=(3, horizon, len(spec.targets))).astype(np.float32)
    assert np.allclose(model.to_network_units(inputs, model.to_raw(inputs, predicted)), predicted, atol=1e-6)


def test_a_longer_window_is_cut_also_where_lags_and_differences_need_more() -> None:
    model = forecaster(VARIED["all"])
    windows = np.random.default_rng(0).normal(size=(1, 40, 2))
    newest = windows[:, -VARIED["all"].context_length :]
    assert VARIED["all"].context_length == 5 + 8 - 1 + 3
    time_indexes = times_of(VARIED["all"], 1)
    assert (
        model.forecast(windows, 5, times=time_indexes).tolist()
        == model.forecast(newest, 5, times=time_indexes).tolist()
    )
    with pytest.raises(InvalidWindow, match="the window has 14 values; it needs at least 15"):
        model.forecast(newest[:, 1:], 5, times=time_indexes)


def test_each_context_is_scaled_by_itself() -> None:
    model = forecaster(VARIED["context"])
    low = np.random.default_rng(0).normal(10, 1, 6)
    alone = model.forecast([low], 4)
    together = model.forecast([low, 1000 * low, low - 7], 4)
    assert np.allclose(together[0], alone[0])
    assert np.allclose(together[1], 1000 * alone[0], rtol=1e-5)
    assert np.allclose(together[2], alone[0] - 7, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e-30, 1e-310, 1e30])
def test_a_constant_context_is_no_reason_to_fail(value: float) -> None:
    model = forecaster(VARIED["context"])
    inputs = model.prepare([[value] * 6])
    assert np.abs(inputs.contexts).max() < 1e-6
    assert np.isfinite(model.forecast([[value] * 6], 3)).all()


@pytest.mark.parametrize(
    ("name", "window", "place"),
    [
        ("context", [1.0, 2, 3, float("nan"), 5, 6], 3),
        ("context", [1.0, 2, 3, 4, 1e300, 6], 4),
        ("context", [0.0, 1.0, 2, -1e308, 1e308, 5, 6], 3),
        ("difference", [1.0, float("inf"), 3, 4, 5, 6, 7], 1),
        ("difference", [1.0, 2, -1e308, 4, 5, 6, 1e308], 2),
        ("difference", [0.0, 1.0, 2, 3, 4, 5, 6, 1e300], 7),
    ],
)
def test_the_value_that_spoils_others_is_named(name: str, window: list[float], place: int) -> None:
    with pytest.raises(InvalidWindow, match="values must be finite and fit in 32-bit floats") as caught:
        forecaster(VARIED[name]).forecast([window])
    assert caught.value.location == (0, place)


def test_windows_far_outside_what_training_saw_are_told() -> None:
    seen = TrainingRange(minimum=(-1.0,), maximum=(3.0,))  # in the network's units, which here are (value - 1) / 2
    model = forecaster(tiny_spec(window=2).model_copy(update={"seen": seen}))
    low, high = 1 + 2 * (-1 - 4 * OUT_OF_RANGE_MARGIN), 1 + 2 * (3 + 4 * OUT_OF_RANGE_MARGIN)
    windows = [[low, high], [low - 0.1, 0.0], [0.0, 0.0], [0.0, high + 0.1]]
    inputs = model.prepare(windows)
    assert inputs.out_of_range == (1, 3)
    assert model.prepare([[0, 1e9, 0, 0]]).out_of_range == ()  # what was cut off does not count
    assert np.isfinite(model.to_raw(inputs, np.zeros((4, 1, 1), np.float32))).all()


def test_a_range_seen_of_any_size_lets_no_infinite_value_through() -> None:
    seen = TrainingRange(minimum=(-1.7e308,), maximum=(1.7e308,))
    model = forecaster(tiny_spec(window=2).model_copy(update={"seen": seen}))
    for value in (1e300, float("inf"), float("nan")):
        with pytest.raises(InvalidWindow, match="must be finite"):
            model.prepare([[0.0, value]])


NAIVE = TimeIndex(datetime(2024, 10, 4, 3, 30), parse_frequency("30m"))


def test_a_model_of_the_calendar_asks_for_times() -> None:
    model = forecaster(VARIED["calendar"])
    windows = np.zeros((1, 5, 1))
    with pytest.raises(InvalidRequest, match=r'it takes in the day, weekday of each value: .* freq "30m"') as caught:
        model.forecast(windows)
    assert caught.value.location == ("timestamps",)
    with pytest.raises(InvalidRequest, match="1 window came with the times of 2"):
        model.forecast(windows, times=[NAIVE, NAIVE])
    aware = NAIVE._replace(end=NAIVE.end.replace(tzinfo=UTC))
    assert model.forecast(windows, 9, times=[NAIVE]).tolist() == model.forecast(windows, 9, times=[aware]).tolist()


@pytest.mark.parametrize("name", ["calendar", "known frequency"])
def test_another_frequency_than_that_of_training_is_refused(name: str) -> None:
    spec = VARIED["calendar"] if name == "calendar" else tiny_spec(window=5, frequency="30m")
    model = forecaster(spec)
    with pytest.raises(InvalidRequest, match='trained on values 30m apart: send those, with freq "30m"') as caught:
        model.forecast(np.zeros((2, 5, 1)), times=[NAIVE, NAIVE._replace(frequency=parse_frequency("1h"))])
    assert caught.value.location == ("freq", 1)
    model.forecast(np.zeros((1, 5, 1)), times=[NAIVE._replace(frequency=parse_frequency("1800s"))])


@pytest.mark.parametrize(
    "end", [datetime(1, 1, 1), datetime(2, 1, 1), datetime(9998, 12, 31, 23), datetime(9999, 12, 31)]
)
def test_times_that_no_clock_shows_are_refused(end: datetime) -> None:
    with pytest.raises(InvalidRequest, match="the years 2 to 9998"):
        forecaster(VARIED["calendar"]).forecast(np.zeros((1, 5, 1)), 9, times=[NAIVE._replace(end=end)])


def test_times_are_no_matter_to_a_model_without_a_calendar() -> None:
    model = forecaster(tiny_spec(window=1))
    assert model.prepare([[1.0]], 1, [NAIVE]).known_future is None


def raw_bounds(model: Forecaster, inputs: ForecastInputs, level: float) -> Bounds:
    """A model's bounds of errors, whatever its network predicts."""
    nothing = np.zeros((len(inputs.contexts), inputs.horizon, model.spec.output_columns), np.float32)
    return model.error_scale(inputs, nothing).bounds(model.error_bounds(level, inputs.horizon))


def test_bounds_are_in_raw_units() -> None:
    errors = np.arange(1.0, 10)[None, None] * np.array([[[1]], [[10]]])
    plain = Forecaster(tiny_spec(window=2), OnnxNetwork(graph_of(tiny_spec())), intervals=Intervals(errors))
    inputs = plain.prepare([[1.0, 2], [3, 4]], 2)
    assert raw_bounds(plain, inputs, 80).upper[0].tolist() == [[16], [160]]  # the 8th of 9 errors, times the scale of 2
    spec = tiny_spec(window=2, scaler="context")
    panel = Forecaster(spec, OnnxNetwork(graph_of(spec)), intervals=Intervals(errors))
    inputs = panel.prepare([[1.0, 3], [30, 70]], 2)
    assert raw_bounds(panel, inputs, 80).upper.tolist() == [[[8], [80]], [[160], [1600]]]
    assert panel.to_raw(inputs, np.zeros((2, 2, 1), np.float32)).tolist() == [[[2], [2]], [[50], [50]]]


def test_bounds_of_one_target_among_features_are_on_its_scale() -> None:
    spec = tiny_spec(features=("a", "b"), targets=("b",), window=2)
    model = Forecaster(spec, OnnxNetwork(graph_of(spec)), intervals=Intervals(np.arange(1.0, 10)[None, None]))
    assert raw_bounds(model, model.prepare(np.zeros((1, 2, 2))), 90).upper.tolist() == [
        [[27]]
    ]  # the scales are 2 and 3


def test_a_model_without_calibration_has_no_intervals() -> None:
    model = forecaster(tiny_spec(window=1))
    with pytest.raises(InvalidRequest, match="it has no calibrated intervals: leave levels out") as caught:
        model.error_bounds(80, 1)
    assert caught.value.location == ("levels",)


def test_intervals_are_as_wide_as_the_window_changes_over_a_season() -> None:
    spec = tiny_spec(window=3).model_copy(update={"interval_season": 2, "window": 4})  # mean 1, scale 2
    model = Forecaster(spec, OnnxNetwork(graph_of(spec)), intervals=Intervals(np.full((2, 1, 9), 0.5)))
    inputs = model.prepare([[9.0, 1, 3, 5, 3], [0, 1, 1, 1, 1]], 2)
    # The newest four are 1, 3, 5 and 3: over two steps they change by 4 and 0, on average by one scale of 2.
    scale = model.error_scale(inputs, np.zeros((2, 2, 1), np.float32))
    assert scale.below.tolist() == scale.above.tolist()
    assert scale.above[:, 0, 0].tolist() == pytest.approx([2.0, 2.0 * MIN_CHANGE])
    assert raw_bounds(model, inputs, 80).upper[0].tolist() == pytest.approx(np.array([[1.0], [1.0]]))


def test_intervals_are_as_wide_as_the_network_s_own_quantiles() -> None:
    spec = tiny_spec(window=2).model_copy(update={"quantiles": (0.1, 0.9), "interval_scale": "quantiles"})
    model = Forecaster(spec, OnnxNetwork(graph_of(spec)), intervals=Intervals(np.full((2, 1, 9), 3.0)))
    inputs = model.prepare([[1.0, 2]], 2)  # of scale 2
    predictions = np.array([[[1.0, 0.5, 3], [1, 1.5, 1]]], np.float32)  # values, with a lower and an upper quantile
    assert model.to_raw(inputs, predictions).tolist() == [[[3], [3]]]
    scale = model.error_scale(inputs, predictions)
    # A quantile on the wrong side of its value counts as at it.
    assert scale.below[0, :, 0].tolist() == pytest.approx([2 * 0.5, 2 * MIN_CHANGE])
    assert scale.above[0, :, 0].tolist() == pytest.approx([2 * 2, 2 * MIN_CHANGE])
    bounds = scale.bounds(model.error_bounds(80, 2))
    assert (bounds.lower[0, 0].item(), bounds.upper[0, 0].item()) == (-3, 12)
    assert model.forecast([[1.0, 2]], 2).shape == (1, 2, 1)


def test_changes_over_a_season_need_a_window_that_is_longer() -> None:
    with pytest.raises(ValidationError, match="intervals can't be as wide as changes over 4 steps: windows have 4"):
        ModelSpec.model_validate({**tiny_spec(window=4).model_dump(), "interval_season": 4})
