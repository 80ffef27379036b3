"""Losses that leave out unknown targets."""

from collections.abc import Callable
from typing import Any

from training.keras_backend import load_keras
from training.recipes.sections import Loss


def masked_loss(name: Loss) -> Callable[[Any, Any], Any]:
    """A Keras loss over targets of which some are NaN: unknown, because they lie after the last row of their part.

    It has the arguments and the answer of Keras's own loss, the mean over the last axis. The error of an unknown target
    is 0.
    """
    ops = load_keras().ops

    def loss(true: Any, predicted: Any) -> Any:
        known = ops.logical_not(ops.isnan(true))
        # The inner `where` keeps NaN out of the gradient: NaN times 0 would still be NaN there.
        error = ops.where(known, ops.where(known, true, 0.0) - predicted, 0.0)
        return ops.mean(_PENALTIES[name](ops, error), axis=-1)

    return loss


_PENALTIES: dict[Loss, Callable[[Any, Any], Any]] = {
    "mse": lambda ops, error: ops.square(error),
    "mae": lambda ops, error: ops.abs(error),
    "huber": lambda ops, error: ops.where(ops.abs(error) <= 1, 0.5 * ops.square(error), ops.abs(error) - 0.5),
}
