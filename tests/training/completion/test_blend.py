"""Whose share in a blend is how large."""

import numpy as np
import pytest

from models.spec.blend import Blend
from models.spec.covariate import Covariate
from tests.support.constant import constant, plain_spec
from training.completion.blend import BlendData, fit_blend
from training.data.held_out import HeldOut, History

STEPS = np.arange(120)
SEASONAL = np.tile([1.0, 5, 9, 5], 30)[:, None]


def fitted(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], answer: float, lags: int = 0) -> Blend:
    data = BlendData((HeldOut(values, range(60, 120)),), (History(values[:60]),), (History(values),))
    found = fit_blend(constant(answer, plain_spec(window=2)), data, (1, 4), lags, 4)
    assert found is not None
    return found


def test_a_forecast_without_error_is_the_whole_answer() -> None:
    found = fitted(SEASONAL, 5.0)
    assert (found.seasons, found.linear, found.weights) == ((4,), (), ((0, 1),) * 4)


def test_the_network_is_the_whole_answer_where_it_has_no_error() -> None:
    found = fitted(np.full((120, 1), 3.0) + np.where(STEPS == 10, 1, 0)[:, None], 3.0)
    assert min(shares[0] for shares in found.weights) > 0.3  # as are the naive ones


def test_errors_that_even_out_are_mixed() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (120, 1))
    found = fitted(10 + noise, 10.0)
    assert all(shares[0] > 0.7 for shares in found.weights)  # the mean is the best answer to noise


def test_a_linear_forecast_is_kept_with_the_weights_of_all_rows() -> None:
    values = np.array([5.0, -3.0] + [0.0] * 118)
    for step in range(2, 120):
        values[step] = 1.6 * values[step - 1] - 0.99 * values[step - 2]
    found = fitted(values[:, None], 0.0, lags=2)
    assert found.seasons == ()
    assert found.weights[0][-1] == pytest.approx(1, abs=0.01)
    assert found.linear[0].weights == pytest.approx((-0.99, 1.6), abs=1e-3)


def test_no_held_out_horizon_no_blend() -> None:
    data = BlendData((HeldOut(SEASONAL, range(118, 120)),), (History(SEASONAL[:60]),), (History(SEASONAL),))
    assert fit_blend(constant(0.0, plain_spec(window=2)), data, (1,), 0, 4) is None


def test_a_linear_forecast_that_sees_a_covariate_is_kept_with_its_weight() -> None:
    codes = np.random.default_rng(0).normal(size=(900, 1))
    values = 3 * codes + 4
    forecaster = constant(4.0, plain_spec(window=2, future=(Covariate(name="x"),)))
    data = BlendData(
        (HeldOut(values, range(800, 900), codes=codes),),
        (History(values[:800], codes=codes[:800]),),
        (History(values, codes=codes),),
    )
    found = fit_blend(forecaster, data, (1,), 1, 2)
    assert found is not None
    assert min(shares[-1] for shares in found.weights) > 0.9
    (linear,) = found.linear
    assert linear.spread is not None
    assert np.array(linear.covariates) * linear.spread == pytest.approx([3], abs=0.05)
    blended = constant(4.0, forecaster.spec.model_copy(update={"blend": found}))
    ahead = np.array([[[0.0], [0], [2], [-1]]])
    assert blended.forecast([[4.0, 4]], 2, codes=ahead)[0, :, 0] == pytest.approx([10, 1], abs=0.5)
