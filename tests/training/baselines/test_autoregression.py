"""The linear autoregression, on series that follow a rule."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.baselines import autoregression as module
from training.baselines.autoregression import fit_autoregression, max_lags


def ruled(first: float, second: float, rows: int, level: float = 3) -> NDArray[np.float64]:
    """A series in which each value is half of the last, a quarter of the one before it and a level."""
    values = [first, second]
    while len(values) < rows:
        values.append(0.5 * values[-1] + 0.25 * values[-2] + level)
    return np.array(values)


def test_a_rule_is_found_and_followed() -> None:
    model = fit_autoregression([ruled(1, 50, 20)], 2, by_context=False)
    truth = ruled(7, -9, 6)
    assert model.forecast(truth[None, :2], 4)[0] == pytest.approx(truth[2:], abs=1e-4)


def test_it_is_the_least_squares_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_ROWS", 7)  # so that chunks meet
    values = np.random.default_rng(0).normal(100, 20, 40)
    design = np.column_stack([values[0:-2], values[1:-1], np.ones(38)])
    weights, *_ = np.linalg.lstsq(design, values[2:], rcond=None)
    model = fit_autoregression([values], 2, by_context=False)
    assert model.forecast(np.array([[90.0, 120]]), 1)[0, 0] == pytest.approx([90, 120, 1] @ weights)


def test_series_are_pooled_but_no_window_spans_two() -> None:
    series = [np.array([0, 1, 0, 1, 0], np.float64), np.array([1, 0, 1, 0], np.float64)]
    model = fit_autoregression(series, 1, by_context=False)
    assert model.forecast(np.array([[0.0], [1]]), 3).tolist() == [
        pytest.approx([1, 0, 1], abs=1e-9),
        pytest.approx([0, 1, 0], abs=1e-9),
    ]


def test_scaled_by_the_context_a_series_of_any_level_is_forecast_alike() -> None:
    series = [ruled(8, 1, 6, level=0), ruled(1e6, 3e6, 5, level=0), np.zeros(9)]
    model = fit_autoregression(series, 2, by_context=True)
    past = np.array([[100.0, 200], [-1, -2], [0, 0]])
    expected = np.array([[125.0, 112.5], [-2.5 / 2, -2.25 / 2], [0, 0]])
    assert model.forecast(past, 2) == pytest.approx(expected, rel=1e-6)


def test_a_series_that_never_changes_is_forecast_as_it_is() -> None:
    model = fit_autoregression([np.full(9, 4.0)], 2, by_context=False)
    assert model.forecast(np.array([[4.0, 4]]), 2)[0] == pytest.approx([4, 4])


@pytest.mark.parametrize(
    ("rows", "wanted", "lags"),
    [([100], 10, 10), ([14], 10, 4), ([4], 3, 0), ([8, 8], 10, 3), ([5] * 100, 10, 4), ([], 5, 0)],
)
def test_as_many_lags_as_there_are_two_rows_for_each_weight(rows: list[int], wanted: int, lags: int) -> None:
    assert max_lags(rows, wanted) == lags
