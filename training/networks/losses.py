"""Losses that leave out unknown targets, and the loss of a network that gives quantiles as well."""

from collections.abc import Callable
from typing import Any, NamedTuple

from training.keras_backend import load_keras
from training.recipes.sections import Loss


class QuantileOutputs(NamedTuple):
    """The probabilities of the two quantiles that a network gives with each value, and how many targets it has."""

    probabilities: tuple[float, float]
    targets: int


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


def quantile_loss(name: Loss, given: QuantileOutputs) -> Callable[[Any, Any], Any]:
    """The same for a network whose outputs have three columns for each target's one: the value and two quantiles.

    To the value's own loss comes the pinball loss of both quantiles (Koenker and Bassett 1978).
    """
    ops = load_keras().ops

    def loss(true: Any, predicted: Any) -> Any:
        before = ops.shape(true)[:-1]
        true = ops.reshape(true, (*before, -1, 1, given.targets))
        predicted = ops.reshape(predicted, (*before, -1, 3, given.targets))
        known = ops.logical_not(ops.isnan(true))
        errors = ops.where(known, ops.where(known, true, 0.0) - predicted, 0.0)
        penalty = _PENALTIES[name](ops, errors[..., 0, :])
        for column, probability in enumerate(given.probabilities, start=1):
            error = errors[..., column, :]
            penalty += ops.maximum(probability * error, (probability - 1) * error)
        return ops.mean(penalty, axis=(-2, -1))

    return loss


_PENALTIES: dict[Loss, Callable[[Any, Any], Any]] = {
    "mse": lambda ops, error: ops.square(error),
    "mae": lambda ops, error: ops.abs(error),
    "huber": lambda ops, error: ops.where(ops.abs(error) <= 1, 0.5 * ops.square(error), ops.abs(error) - 0.5),
}
