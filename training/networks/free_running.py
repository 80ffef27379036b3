"""Training through the rollout: a recurrent layer that can take in its own last prediction instead of the truth."""

from collections.abc import Sequence
from typing import Any

from models.spec.model_spec import Kind
from training.keras_backend import load_keras
from training.networks.build import LAYERS


def free_running_network(
    kind: Kind, *, channels: int, targets: int, units: Sequence[int], residual: bool = False, answers_from: int = 0
) -> Any:
    """A keras.Model that learns the same weights, in the same order, as what `training.networks.build.build` makes.

    It takes (batch, steps, 1 + channels): first a mask, 1 where the step takes in the true values that follow and 0
    where it takes in the model's own last prediction instead, then a step's inputs, targets first. It answers at that
    step, counted from 0, and at each after it: (batch, steps - answers_from, targets). Gradients flow through what is
    fed back, as in Venkatraman et al. 2015, Improving multi-step prediction of learned time series models.
    """
    keras = load_keras()
    cell = _cell_type()(kind, units, targets, residual)
    inputs = keras.Input((None, 1 + channels))
    answers = keras.layers.RNN(cell, return_sequences=True, name="rollout")(inputs)
    return keras.Model(inputs, answers[:, answers_from:])


def _cell_type() -> Any:
    """The cell's class, made once Keras is loaded, which nothing above this may do."""
    keras = load_keras()
    ops = keras.ops

    class Feedback(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Stacked recurrent cells and a linear layer, whose states carry the last prediction along."""

        def __init__(self, kind: Kind, units: Sequence[int], targets: int, residual: bool) -> None:
            super().__init__()
            self.cells = [getattr(keras.layers, f"{LAYERS[kind]}Cell")(size) for size in units]
            self.output_layer = keras.layers.Dense(targets)
            self.kept = [len(_listed(cell.state_size)) for cell in self.cells]
            self.targets, self.residual = targets, residual
            self.state_size = [size for cell in self.cells for size in _listed(cell.state_size)] + [targets]
            self.output_size = targets

        def build(self, input_shape: Any) -> None:
            width = input_shape[-1] - 1
            for cell in self.cells:
                cell.build((None, width))
                width = cell.units
            self.output_layer.build((None, width))
            self.built = True

        def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
            mask, true, others = inputs[:, :1], inputs[:, 1 : 1 + self.targets], inputs[:, 1 + self.targets :]
            newest = mask * true + (1 - mask) * states[-1]
            step = ops.concatenate([newest, others], axis=-1)
            left: list[Any] = []
            for cell, kept in zip(self.cells, self.kept, strict=True):
                step, after = cell(step, list(states[len(left) : len(left) + kept]), training=training)
                left += _listed(after)
            prediction = self.output_layer(step)
            if self.residual:
                prediction = prediction + newest
            return prediction, [*left, prediction]

    return Feedback


def _listed(states: Any) -> list[Any]:
    return list(states) if isinstance(states, list | tuple) else [states]
