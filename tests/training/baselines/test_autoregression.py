"""The linear autoregression, on series that follow a rule."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.spec.covariate import Covariate
from tests.support.constant import plain_spec
from training.baselines import autoregression as module
from training.baselines.autoregression import fit_autoregression, fit_linear, max_lags
from training.data.held_out import History


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


def test_what_is_known_has_weights_of_its_own_of_which_there_may_be_too_many() -> None:
    random = np.random.default_rng(0)
    known = random.normal(size=(60, 2))
    values = [1.0, 2.0]
    for first, second in known[2:]:
        values.append(0.5 * values[-1] + 0.25 * values[-2] + 3 + 2 * first - second)
    more = np.column_stack([known, np.zeros(60), np.ones(60), known[:, 0]])  # never changes, and comes twice
    model = fit_autoregression([np.array(values)], 2, by_context=False, known=[more])
    assert model.weights == pytest.approx([0.25, 0.5], abs=1e-4)
    assert (model.covariates * np.std(values))[:3] == pytest.approx([1, -1, 0], abs=1e-4)
    following = known[-1:] + 1
    expected = 0.5 * values[-1] + 0.25 * values[-2] + 3 + 2 * following[0, 0] - following[0, 1]
    ahead = np.column_stack([following, [0], [1], following[:, 0]])[None]
    assert model.forecast(np.array([values[-2:]]), 1, ahead)[0, 0] == pytest.approx(expected, abs=1e-3)


def test_the_lags_leave_rows_for_what_is_known() -> None:
    assert [max_lags([14], 10, channels) for channels in (0, 2, 5, 6)] == [4, 2, 0, 0]


def test_where_rows_are_few_what_is_known_hardly_counts() -> None:
    codes = np.random.default_rng(0).normal(size=(2_000, 1))
    spec = plain_spec(future=(Covariate(name="x"),))
    many, few = (fit_linear(spec, [History(codes[:rows], None, codes[:rows])], 1, 10)[0] for rows in (2_000, 20))
    spread = codes.std()
    assert many.covariates * spread == pytest.approx([1], abs=0.01)
    assert (few.covariates * codes[:20].std())[0] < 0.5
    assert fit_linear(plain_spec(), [History(codes)], 1, 10)[0].covariates.tolist() == []
