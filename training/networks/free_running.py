"""A network for free-running training: it can take in its last prediction instead of the true value."""

from typing import Any

from training.keras_backend import load_keras
from training.networks.build import Architecture
from training.networks.cells import cell_of


def free_running_network(architecture: Architecture, first_output_step: int = 0) -> Any:
    """A keras.Model with the weights of `build_network`, in the same order, that can run on its own predictions.

    It takes inputs of shape (batch, steps, 1 + channels). First comes a mask: 1 where the step takes in the true
    values, 0 where it takes in the model's last prediction instead. Then come the step's inputs, targets first: as
    many as are fed back of the outputs. It gives the outputs of the step with the index `first_output_step` and of
    each later one, shape (batch, steps - first_output_step, outputs). With `residual`, which must then be the number
    of those fed back, what the step took in is added to its outputs, group by group; with a linear path, a linear
    function of it. There is no dropout.

    Gradients flow through the predictions that are fed back, as in Venkatraman et al. 2015, Improving multi-step
    prediction of learned time series models. Raises RecipeError for an unknown kind.
    """
    keras = load_keras()
    cell = _free_running_cell(architecture)
    inputs = keras.Input((None, 1 + architecture.channels))
    outputs = keras.layers.RNN(cell, return_sequences=True, name="rollout")(inputs)
    return keras.Model(inputs, outputs[:, first_output_step:])


def _free_running_cell(architecture: Architecture) -> Any:
    """The Keras cell of one step. Its class is made here because Keras may only be imported when it is needed."""
    keras = load_keras()

    class FreeRunningCell(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Stacked recurrent cells and a linear layer. The last one of its states is the last prediction."""

        def __init__(self) -> None:
            super().__init__()
            self.cells = [cell_of(architecture.kind).cell(units) for units in architecture.units]
            self.output_layer = keras.layers.Dense(architecture.outputs)
            self.linear_path = (
                keras.layers.Dense(architecture.outputs, use_bias=False) if architecture.linear_path else None
            )
            self.fed_back = architecture.fed_back or architecture.outputs
            sizes = [_as_list(cell.state_size) for cell in self.cells]
            self.state_counts = [len(each) for each in sizes]
            self.state_size = [size for each in sizes for size in each] + [self.fed_back]
            self.output_size = architecture.outputs

        def build(self, input_shape: Any) -> None:
            width = input_shape[-1] - 1
            for cell, units in zip(self.cells, architecture.units, strict=True):
                cell.build((None, width))
                width = units
            self.output_layer.build((None, width))
            if self.linear_path is not None:
                self.linear_path.build((None, input_shape[-1] - 1))
            self.built = True

        def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
            first_other = 1 + self.fed_back
            mask, true_values, other_inputs = inputs[:, :1], inputs[:, 1:first_other], inputs[:, first_other:]
            latest = mask * true_values + (1 - mask) * states[-1]
            taken_in = hidden = keras.ops.concatenate([latest, other_inputs], axis=-1)
            new_states: list[Any] = []
            for cell, count in zip(self.cells, self.state_counts, strict=True):
                before = list(states[len(new_states) : len(new_states) + count])
                hidden, after = cell(hidden, before, training=training)
                new_states += _as_list(after)
            prediction = self.output_layer(hidden)
            if self.linear_path is not None:
                prediction = prediction + self.linear_path(taken_in)
            elif architecture.residual:
                prediction = prediction + keras.ops.tile(latest, (1, architecture.outputs // self.fed_back))
            return prediction, [*new_states, prediction[:, : self.fed_back]]

    return FreeRunningCell()


def _as_list(states: Any) -> list[Any]:
    return list(states) if isinstance(states, list | tuple) else [states]
