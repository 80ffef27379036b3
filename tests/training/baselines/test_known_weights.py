"""Weights of what is known that suit forecasts over a horizon."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.blending.autoregression import Autoregression
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec
from tests.support.constant import plain_spec
from training.baselines import known_weights as module
from training.baselines.known_weights import corrected_over_horizon
from training.data.held_out import History

SPEC = plain_spec(future=(Covariate(name="x"), Covariate(name="never")))
X = np.column_stack([np.random.default_rng(0).normal(size=60), np.zeros(60)])


def corrected(model: Autoregression, values: NDArray[np.float64], horizon: int, ridge: float = 0.0) -> Autoregression:
    return corrected_over_horizon(model, SPEC, [History(values[:, None], None, X)], 0, horizon, ridge)


def series() -> NDArray[np.float64]:
    """Half of the last value, 3 times x, and 1."""
    values = [2.0]
    for row in X[1:]:
        values.append(0.5 * values[-1] + 3 * row[0] + 1)
    return np.array(values)


@pytest.mark.parametrize("begun_at", [0.0, 5.0])
def test_the_weight_without_error_is_found_from_any_other(begun_at: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_VALUES", 40)  # so that there are several chunks
    model = Autoregression(np.array([0.5]), 1.0, 0.0, 1.0, np.array([begun_at, 7]))
    found = corrected(model, series(), 4)
    assert found.covariates == pytest.approx([3, 7])  # of what never changes nothing can be said
    assert (found.weights, found.intercept) == (model.weights, 1)


def test_it_is_the_least_squares_answer_over_all_steps() -> None:
    model = Autoregression(np.array([0.8]), 0.0, 0.0, 1.0, np.array([1.0, 0]))  # whose lag is wrong
    values = series()
    rows = np.arange(1, 58)
    past, actual = values[rows - 1][:, None], np.stack([values[row : row + 3] for row in rows])
    known = np.stack([X[row : row + 3] for row in rows])

    def error(weight: float) -> float:
        with_it = Autoregression(model.weights, 0.0, 0.0, 1.0, np.array([weight, 0]))
        return float(np.square(with_it.forecast(past, 3, known) - actual).mean())

    best = corrected(model, values, 3).covariates[0]
    assert error(best) < min(error(best - 0.01), error(best + 0.01))
    assert abs(corrected(model, values, 3, ridge=1.0).covariates[0] - 1) < abs(best - 1)


def test_a_stride_visits_all_phases_of_a_season(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ORIGINS", 6)
    seen: list[int] = []

    def known_inputs(_spec: ModelSpec, _of: History, rows: NDArray[np.int64], _horizon: int) -> NDArray[np.float64]:
        seen.extend(rows.tolist())
        return X[rows][:, None]

    monkeypatch.setattr(module, "known_inputs", known_inputs)
    corrected(Autoregression(np.array([0.5]), 1.0, 0.0, 1.0, np.zeros(2)), series(), 1)
    assert seen == [1, 12, 23, 34, 45, 56]  # neither 9 nor 10 apart


def test_without_a_horizon_in_the_rows_or_with_an_unstable_model_it_stays_as_it_is() -> None:
    model = Autoregression(np.array([0.5]), 1.0, 0.0, 1.0, np.array([2.0, 0]))
    assert corrected(model, series(), 60) is model
    unstable = Autoregression(np.array([1e30]), 1.0, 0.0, 1.0, np.array([2.0, 0]))
    assert corrected(unstable, series(), 40) is unstable
    assert corrected_over_horizon(model, SPEC, [], 0, 1, 0.0) is model


def test_windows_without_a_scale_say_nothing() -> None:
    model = Autoregression(np.array([0.5]), 0.0, 0.0, None, np.array([2.0, 0]))
    values = series()
    values[::2] = 0
    assert np.isfinite(corrected(model, values, 2).covariates).all()
    assert corrected(model, 0 * values, 2) is model
