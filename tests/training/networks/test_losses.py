import numpy as np
import pytest

from training.keras_backend import load_keras
from training.networks.losses import masked_loss
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


def test_no_nan_reaches_the_gradient() -> None:
    import tensorflow

    true = tensorflow.constant([[1.0, float("nan")]])
    predicted = tensorflow.Variable([[3.0, 5.0]])
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_sum(masked_loss("mse")(true, predicted))
    assert tape.gradient(loss, predicted).numpy().tolist() == [[2.0, 0.0]]
