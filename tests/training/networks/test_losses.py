import numpy as np
import pytest

from training.keras_backend import load_keras
from training.networks.losses import QuantileOutputs, masked_loss, quantile_loss
from training.recipes.sections import Loss

TRUE = np.array([[1.0, 2.0, 4.0], [0.0, -3.0, 0.5]], np.float32)
PREDICTED = np.array([[1.5, 0.0, 4.0], [0.25, -3.0, 2.5]], np.float32)


@pytest.mark.parametrize("name", ["mse", "mae", "huber"])
def test_where_all_is_known_it_is_what_keras_has(name: Loss) -> None:
    expected = load_keras().losses.get(name)(TRUE, PREDICTED)
    assert np.allclose(masked_loss(name)(TRUE, PREDICTED), expected)


@pytest.mark.parametrize(("name", "expected"), [("mse", [0.25 / 3, 4.0625 / 3]), ("mae", [0.5 / 3, 2.25 / 3])])
def test_what_is_not_known_has_no_error(name: Loss, expected: list[float]) -> None:
    true = TRUE.copy()
    true[0, 1] = np.nan
    assert np.allclose(masked_loss(name)(true, PREDICTED), expected)


def test_quantiles_are_judged_by_their_pinball_loss_beside_the_value() -> None:
    # Two samples, one output of two targets; of each the value, its lower and its upper quantile.
    true = np.array([[1.0, np.nan], [2.0, -1.0]], np.float32)
    predicted = np.array([[1.5, 9, 0, 9, 0.5, 9], [2, -1, 3, -2, 4, -1]], np.float32)
    loss = quantile_loss("mae", QuantileOutputs((0.1, 0.9), targets=2))(true, predicted)
    first = (
        0.5 + 0.1 * 1 + 0.9 * 0.5
    )  # the value is 0.5 off, it lies 1 above the lower and 0.5 above the upper quantile
    second = (0 + 0.9 * 1 + 0.1 * 2) + (0 + 0.1 * 1 + 0)
    assert np.allclose(loss, [first / 2, second / 2])
    several = quantile_loss("mse", QuantileOutputs((0.1, 0.9), targets=1))(true[:1, None], predicted[:1, None])
    # The same numbers as two outputs of one target: the value 1.5 is given with 9 and 0 as its quantiles.
    assert np.allclose(several, [[(0.25 + 0.9 * 8 + 0.9 * 1) / 2]])


def test_no_nan_reaches_the_gradient() -> None:
    import tensorflow

    true = tensorflow.constant([[1.0, float("nan")]])
    predicted = tensorflow.Variable([[3.0, 5.0]])
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_sum(masked_loss("mse")(true, predicted))
    assert tape.gradient(loss, predicted).numpy().tolist() == [[2.0, 0.0]]
