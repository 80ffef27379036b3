"""What training makes small: an error's mean over the targets that are known."""

from collections.abc import Callable
from typing import Any

from training.keras_backend import load_keras
from training.recipes.sections import Loss


def known_loss(name: Loss) -> Callable[[Any, Any], Any]:
    """A Keras loss over targets of which some, NaN, are not known: they lie beyond their part's last row.

    It takes and gives what Keras's own does, the mean over the last axis, in which an unknown target has no error.
    """
    ops = load_keras().ops

    def loss(true: Any, predicted: Any) -> Any:
        known = ops.logical_not(ops.isnan(true))
        # No NaN may come near the gradient, not even where it would be multiplied by 0.
        error = ops.where(known, ops.where(known, true, 0.0) - predicted, 0.0)
        return ops.mean(_PENALTIES[name](ops, error), axis=-1)

    return loss


_PENALTIES: dict[Loss, Callable[[Any, Any], Any]] = {
    "mse": lambda ops, error: ops.square(error),
    "mae": lambda ops, error: ops.abs(error),
    "huber": lambda ops, error: ops.where(ops.abs(error) <= 1, 0.5 * ops.square(error), ops.abs(error) - 0.5),
}
