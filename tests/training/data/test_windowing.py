"""Cutting samples, on series small enough to check by eye, and against what a served request becomes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec
from models.timeseries.calendar_features import calendar_inputs
from models.timeseries.frequency import parse_frequency
from models.timeseries.scaling import Scaler, ScalerKind
from models.timeseries.time_index import TimeIndex
from tests.support.tiny import tiny_spec
from training.data import windowing as module
from training.data.splits import Samples, chronological_parts
from training.data.windowing import PreparedSeries, cut_samples, prepare_series, take_differences, training_range
from training.export.parity import window_inputs
from training.reading.series import Series

COVARIATES = (Covariate(name="temperature", mean=20, scale=4), Covariate(name="kind", categories=("a", "b")))
ROWS = np.arange(8.0)[:, None]


def spec(scaler: ScalerKind = "none", features: int = 1, **values: Any) -> ModelSpec:
    names = tuple("abc"[:features])
    mean, scale = (40.0, 8.0) if scaler == "standard" else (0.0, 1.0)
    usual = {"kind": "gru", "units": (1,), "window": 3, "lead": 1, "features": names, "targets": names}
    fitted = Scaler(kind=scaler, mean=(mean,) * features, scale=(scale,) * features)
    return ModelSpec(**{**usual, "frequency": "1h", "scaler": fitted, **values})


def series(values: NDArray[np.float64], name: str = "") -> Series:
    times = np.datetime64("2020-03-01T10:00", "us") + np.arange(len(values)) * np.timedelta64(1, "h")
    return Series(values, tuple("abc"[: values.shape[1]]), "load.csv", name, times, "1h")


def cut(
    of: ModelSpec, values: NDArray[np.float64], target_steps: int = 1, part: range | None = None
) -> tuple[Any, Any]:
    """The samples' inputs and targets, as lists."""
    part = range(len(values)) if part is None else part
    found = cut_samples(of, [prepare_series(of, series(values))], [part], target_steps)
    assert found.windows.dtype == found.targets.dtype == np.float32
    return found.windows.tolist(), found.targets.tolist()


def test_a_window_has_the_value_after_it_for_its_target() -> None:
    assert cut(spec(), ROWS[:5]) == ([[[0], [1], [2]], [[1], [2], [3]]], [[3], [4]])


def test_every_step_from_the_windows_last_on_has_its_target() -> None:
    inputs, targets = cut(spec(rollout="state"), ROWS, target_steps=3)
    assert np.array(inputs)[:, :, 0].tolist() == [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [2, 3, 4, 5, 6]]
    assert np.array(targets)[:, :, 0].tolist() == [[3, 4, 5], [4, 5, 6], [5, 6, 7]]


def test_targets_lie_the_lead_after_their_steps() -> None:
    inputs, targets = cut(spec(rollout="state", window=2, lead=4), ROWS, target_steps=2)
    assert np.array(inputs)[:, :, 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert np.array(targets)[:, :, 0].tolist() == [[5, 6], [6, 7]]


def test_columns_stay_side_by_side_and_fewer_may_be_targets() -> None:
    values = np.array([[1.0, 10], [2, 20], [3, 30], [4, 40]])
    inputs, targets = cut(spec(features=2, window=1, rollout="state"), values, target_steps=3)
    assert inputs == [[[1, 10], [2, 20], [3, 30]]]
    assert targets == [[[2, 20], [3, 30], [4, 40]]]
    assert cut(spec(features=2, targets=("b",)), values)[1] == [[40]]


def test_several_outputs_are_one_steps_targets_after_another() -> None:
    values = np.array([[1.0, 10], [2, 20], [3, 30], [4, 40], [5, 50]])
    assert cut(spec(features=2, outputs=2), values, part=range(3, 5))[1][0] == [4, 40, 5, 50]
    inputs, targets = cut(spec(window=2, outputs=2, rollout="state"), ROWS[:6], target_steps=3)
    assert inputs[0] == [[0], [1], [2], [3]]
    assert targets[0] == [[2, 3], [3, 4], [4, 5]]


def test_outputs_beyond_the_part_are_not_known() -> None:
    inputs, targets = cut(spec(outputs=3), ROWS, part=range(4, 6))
    assert np.array(inputs)[:, :, 0].tolist() == [[1, 2, 3], [2, 3, 4]]
    assert np.array_equal(targets, [[4, 5, np.nan], [5, np.nan, np.nan]], equal_nan=True)


def test_first_targets_lie_in_the_part_and_windows_may_begin_before_it() -> None:
    assert cut(spec(), ROWS, part=range(4, 6)) == ([[[1], [2], [3]], [[2], [3], [4]]], [[4], [5]])
    assert np.array(cut(spec(rollout="state"), ROWS, 2, part=range(4, 7))[1])[:, :, 0].tolist() == [[4, 5], [5, 6]]
    assert cut_samples(spec(), [prepare_series(spec(), series(ROWS))], [range(3)]).windows.shape == (0, 3, 1)
    assert cut_samples(spec(outputs=2), [prepare_series(spec(), series(ROWS))], [range(3)]).targets.shape == (0, 2)


def test_lagged_values_are_counted_from_the_target() -> None:
    inputs, targets = cut(spec(window=2, lags=(1, 3)), ROWS[:6])
    assert inputs == [[[2, 2, 0], [3, 3, 1]], [[3, 3, 1], [4, 4, 2]]]
    assert targets == [[4], [5]]


def test_differences_are_taken_first() -> None:
    values = np.array([1.0, 2, 4, 7, 11, 16])[:, None]
    assert np.array_equal(take_differences(values[:4], 2)[:, 0], [np.nan, np.nan, 3, 5], equal_nan=True)
    assert cut(spec(window=2, difference=2), values) == ([[[3], [5]], [[5], [7]]], [[7], [9]])


def test_the_calendar_is_that_of_each_steps_target() -> None:
    of, one = spec(window=2, calendar=("day",), rollout="state"), series(ROWS[:5])
    inputs, _ = cut(of, ROWS[:5], target_steps=2)
    assert one.times is not None
    expected = calendar_inputs(one.times[1:4], ("day",), "UTC")
    assert np.array_equal(np.array(inputs, np.float32)[0, :, 1:], expected)


def test_each_context_has_its_own_scale_and_its_targets_share_it() -> None:
    inputs, targets = cut(spec("context", window=2), np.array([1.0, 3, 7, 15])[:, None])
    assert inputs == [[[-1], [1]], [[-1], [1]]]
    assert targets == [[5], [5]]
    through_time, _ = cut(
        spec("context", window=2, rollout="state"), np.array([1.0, 3, 7, 15])[:, None], target_steps=2
    )
    assert through_time == [[[-1], [1], [5]]]


def test_samples_of_many_series_follow_each_other_and_never_mix() -> None:
    of = spec(window=2)
    ready = [prepare_series(of, series(values)) for values in (ROWS[:4], ROWS[:1], 10 + ROWS[:3])]
    found = cut_samples(of, ready, [range(4), range(1), range(3)])
    assert found.windows[:, :, 0].tolist() == [[0, 1], [1, 2], [10, 11]]
    assert found.targets.tolist() == [[2], [3], [12]]


def test_very_many_sequences_are_thinned_and_the_newest_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_SEQUENCES", 2)
    # Of seven sequences every third would leave two, but twice the window's work is won back by every second.
    inputs, targets = cut(spec(window=2, rollout="state"), np.arange(11.0)[:, None], target_steps=3)
    assert np.array(inputs)[:, 0, 0].tolist() == [0, 2, 4, 6]
    assert np.array(targets)[-1, :, 0].tolist() == [8, 9, 10]
    # Of four there are twice as many as are enough.
    few, _ = cut(spec(window=1, rollout="state"), np.arange(10.0)[:, None], target_steps=6)
    assert np.array(few)[:, 0, 0].tolist() == [1, 3]
    # Windows cost what windows cost.
    assert len(cut(spec(), np.arange(11.0)[:, None])[0]) == 8


def test_contexts_are_scaled_alike_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=(40, 1))
    whole = cut(spec("context"), values)
    monkeypatch.setattr(module, "CONTEXTS_PER_BLOCK", 5)
    assert cut(spec("context"), values) == whole


@pytest.mark.parametrize(
    ("scaler", "values"),
    [
        ("standard", {}),
        ("context", {}),
        ("standard", {"lead": 2, "lags": (2, 5)}),
        ("context", {"lags": (4,), "calendar": ("day", "weekday"), "timezone": "Europe/Berlin"}),
        ("standard", {"difference": 4, "outputs": 2}),
        ("context", {"difference": 2, "lags": (3,), "outputs": 3, "calendar": ("year",), "rollout": "state"}),
        ("standard", {"future": COVARIATES, "rollout": "state"}),
        ("context", {"future": COVARIATES, "calendar": ("day",), "lags": (3,)}),
        ("context", {"future": COVARIATES, "outputs": 3, "holidays": "AU-VIC"}),
        ("standard", {"past": COVARIATES, "lags": (2,), "outputs": 2}),
        ("context", {"future": COVARIATES[:1], "static": COVARIATES[1:], "outputs": 2}),
        ("context", {"static": COVARIATES[1:], "past": COVARIATES[:1], "calendar": ("day",)}),
        ("standard", {"future": COVARIATES, "lead": 2}),
        ("standard", {"masked": True, "lags": (3,), "rollout": "state"}),
        ("context", {"masked": True, "outputs": 2, "calendar": ("day",), "difference": 3}),
    ],
)
def test_a_sample_is_what_a_request_with_its_window_becomes(scaler: ScalerKind, values: dict[str, Any]) -> None:
    of = spec(scaler, features=2, **values)
    random = np.random.default_rng(1)
    rows = random.normal(50, 9, (20, 2))
    if of.masked:
        rows[[10, 11, 14], [0, 0, 1]] = np.nan
    one = series(rows)
    if of.covariates.all:
        one = replace(one, codes=np.column_stack([random.normal(20, 4, 22), random.integers(0, 2, 22)]))
    target_steps = 2 if of.rollout == "state" else 1
    found = cut_samples(of, [prepare_series(of, one)], [range(20)], target_steps)
    firsts = range(of.context_length, 20 - target_steps + 1)
    assert len(found.windows) == len(firsts) > 3

    assert one.times is not None
    ends = [one.times[first - 1].astype(datetime).replace(tzinfo=UTC) for first in firsts]
    forecaster = Forecaster(of, cast("OnnxNetwork", None))
    inputs = forecaster.prepare(
        [one.values[first - of.context_length : first] for first in firsts],
        of.outputs,
        [TimeIndex(end, parse_frequency("1h")) for end in ends],
        None if one.codes is None else _codes_before(one.codes, firsts, of),
    )
    served = window_inputs(of, inputs.contexts, inputs.known_future).transpose(1, 0, 2)
    # A service does not know what came before a context that begins with a gap.
    whole = [not np.isnan(one.values[first - of.context_length]).any() for first in firsts]
    assert sum(whole) > 3
    assert np.allclose(found.windows[whole][:, : of.window], served[whole], rtol=1e-6, atol=1e-7)

    targets = (found.targets if target_steps == 1 else found.targets[:, 0]).reshape(len(firsts), of.outputs, 2)
    known = ~np.isnan(targets)
    assert known[0].all()
    assert np.isnan(one.values).sum() == 0 or (~known).sum() >= np.isnan(one.values[firsts.start :]).sum()
    ahead = np.concatenate([one.values, np.zeros((of.outputs, 2))])
    truth = np.stack([ahead[first : first + of.outputs] for first in firsts])
    known &= np.array(whole)[:, None, None]
    assert np.allclose(forecaster.to_raw(inputs, np.nan_to_num(targets))[known], truth[known], rtol=1e-5)


def _codes_before(codes: NDArray[np.float64], firsts: range, of: ModelSpec) -> NDArray[np.float64]:
    """The codes of each context and of the outputs after it; beyond the series the last ones."""
    steps = np.arange(-of.context_length, of.outputs)
    return np.stack([codes[np.minimum(first + steps, 19)] for first in firsts])


def test_what_was_seen_is_the_range_of_the_parts_rows() -> None:
    values = np.array([[1.0, 9], [3, 5], [2, 7], [99, 99]])
    assert training_range(
        spec(features=2), [prepare_series(spec(features=2), series(values))], [range(3)]
    ) == training_range(
        spec(features=2), [prepare_series(spec(features=2), series(values))] * 2, [range(1), range(1, 3)]
    )
    found = training_range(spec(features=2), [prepare_series(spec(features=2), series(values))], [range(3)])
    assert (found.minimum, found.maximum) == ((1, 5), (3, 9))
    changed = spec(difference=1, window=1)
    assert training_range(changed, [prepare_series(changed, series(values[:, :1]))], [range(3)]).maximum == (2,)


def test_where_contexts_have_scales_it_is_the_range_of_the_samples_contexts() -> None:
    of = spec("context", window=2, lags=(2,))
    found = training_range(of, [prepare_series(of, series(np.array([0.0, 0, 3, 99])[:, None]))], [range(4)])
    assert found.minimum + found.maximum == pytest.approx((-(2**-0.5), 2**0.5))


COUNTED = np.arange(10.0)[:, None]


def windows_of(values: NDArray[np.floating], window: int, lead: int, part: range | None = None) -> Samples:
    """The windows of a series that is in the network's units already."""
    spec = tiny_spec(features=tuple("abc"[: values.shape[1]]), window=window, lead=lead)
    return cut_samples(spec, [PreparedSeries(values, None)], [range(len(values)) if part is None else part])


def test_the_target_is_the_value_right_after_the_window() -> None:
    windows, targets = windows_of(COUNTED[:5], window=3, lead=1)
    assert windows[..., 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert targets[:, 0].tolist() == [3, 4]


def test_a_lead_of_two_skips_one_value() -> None:
    windows, targets = windows_of(COUNTED[:6], window=3, lead=2)
    assert windows[..., 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert targets[:, 0].tolist() == [4, 5]


def test_the_source_of_sine_simple_rnn_takes_index_i_plus_six() -> None:
    windows, targets = windows_of(COUNTED, window=5, lead=2)
    assert windows[0, :, 0].tolist() == [0, 1, 2, 3, 4]
    assert targets[0, 0] == 6


def test_rows_keep_their_features() -> None:
    series = np.array([[0.0, 10], [1, 11], [2, 12], [3, 13]])
    windows, targets = windows_of(series, window=2, lead=1)
    assert windows.shape == (2, 2, 2)
    assert windows[1].tolist() == [[1, 11], [2, 12]]
    assert targets.tolist() == [[2, 12], [3, 13]]


def test_a_part_holds_the_targets_and_windows_may_begin_before_it() -> None:
    windows, targets = windows_of(COUNTED, window=3, lead=1, part=range(7, 9))
    assert targets[:, 0].tolist() == [7, 8]
    assert windows[0, :, 0].tolist() == [4, 5, 6]


def test_parts_share_no_target_and_leave_none_out() -> None:
    parts = chronological_parts(10, 0.6, 0.2)
    targets = [windows_of(COUNTED, 2, 2, part).targets[:, 0].tolist() for part in parts]
    assert targets == [[3, 4, 5], [6, 7], [], [8, 9]]


@pytest.mark.parametrize("rows", [0, 3])
def test_a_series_too_short_for_a_window_has_none(rows: int) -> None:
    windows, targets = windows_of(COUNTED[:rows], window=3, lead=1)
    assert windows.shape == (0, 3, 1)
    assert targets.shape == (0, 1)


def test_a_part_that_ends_before_the_first_target_is_empty() -> None:
    assert len(windows_of(COUNTED, window=8, lead=1, part=range(5)).windows) == 0
