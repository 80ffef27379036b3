"""The kinds of recurrent layers: for each, its Keras layer, its states and its part of an ONNX graph.

To add a kind, write a class with the attributes and methods of `Cell` in a new file and add it to `CELLS`. It may
need several ONNX operators; it need not have the gates of those below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.text import did_you_mean
from training.errors import RecipeError
from training.keras_backend import load_keras
from training.recipes.sections import Kind

Array = NDArray[np.float32]


class GraphBuilder(Protocol):
    """What a cell uses to add itself to an ONNX graph."""

    def add_node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        """Add one ONNX operator. An attribute may be a sub-graph, an onnx.GraphProto."""

    def add_constant(self, name: str, array: NDArray[Any]) -> str:
        """Add a constant and return its name."""


class TensorNames(NamedTuple):
    """The names of the tensors that one recurrent layer reads and writes in an ONNX graph.

    `prefix` begins every further name that the layer adds, so that names differ across layers. The layer reads
    `sequence` (time, batch, inputs) and `states`, each (1, batch, units); where there are none it begins with zeros.
    It must write `final_states`, of the same shapes, from the last step. Unless `outputs` is "", it must write there
    the output of every step, shape (time, 1, batch, units): ONNX's own recurrent operators have this axis of
    directions.
    """

    prefix: str
    sequence: str
    states: Sequence[str]
    final_states: Sequence[str]
    outputs: str


class Cell(Protocol):
    """What differs between kinds of recurrent layers."""

    @property
    def states(self) -> tuple[str, ...]:
        """The names of the states. The first one is the layer's output."""

    @property
    def gate_blocks(self) -> int:
        """How many blocks of `units` columns the weights have, one for each gate."""

    def layer(self, units: int, **options: Any) -> Any:
        """The Keras layer that runs over a whole sequence; `options` are those of keras.layers.RNN."""

    def cell(self, units: int) -> Any:
        """The Keras cell that makes one step, with the same weights in the same order."""

    def add_to_graph(self, graph: GraphBuilder, weights: Sequence[Array], units: int, names: TensorNames) -> None:
        """Add one layer to an ONNX graph; `weights` are those of the Keras layer, in the order of `get_weights`."""


@dataclass(frozen=True)
class StandardCell:
    """A kind that is one layer in Keras and one operator in ONNX.

    `gate_order` gives, for each of ONNX's gates, the index of the same gate in Keras. `attributes` are those of the
    ONNX operator. The operators: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html and onnx__RNN.html.
    """

    keras_layer: str
    onnx_operator: str
    states: tuple[str, ...]
    gate_order: tuple[int, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gate_blocks(self) -> int:
        """How many blocks of `units` columns the weights have, one for each gate."""
        return len(self.gate_order)

    def layer(self, units: int, **options: Any) -> Any:
        """The Keras layer that runs over a whole sequence."""
        return getattr(load_keras().layers, self.keras_layer)(units, **options)

    def cell(self, units: int) -> Any:
        """The Keras cell that makes one step."""
        return getattr(load_keras().layers, f"{self.keras_layer}Cell")(units)

    def add_to_graph(self, graph: GraphBuilder, weights: Sequence[Array], units: int, names: TensorNames) -> None:
        """Add the operator, and its weights as constants.

        `weights` are the kernel (inputs, gates * units), the recurrent kernel (units, gates * units) and the bias
        (gates * units), or (2, gates * units) where the state has a bias too.
        """
        arrays = zip("WRB", self.onnx_weights(weights), strict=True)
        constants = [graph.add_constant(f"{names.prefix}_{letter}", array) for letter, array in arrays]
        no_lengths = [""] if names.states else []  # every row has as many steps
        graph.add_node(
            self.onnx_operator,
            [names.sequence, *constants, *no_lengths, *names.states],
            [names.outputs, *names.final_states],
            hidden_size=units,
            **self.attributes,
        )

    def onnx_weights(self, weights: Sequence[Array]) -> tuple[Array, Array, Array]:
        """ONNX's W (1, gates * units, inputs), R (1, gates * units, units) and B (1, 2 * gates * units)."""
        kernel, recurrent, bias = weights
        # ONNX adds one bias to the input and another one to the state. Most Keras layers have only the first.
        biases = np.atleast_2d(bias)
        if len(biases) == 1:
            biases = np.concatenate([biases, np.zeros_like(biases)])
        both = np.concatenate([self._reordered(each) for each in biases], axis=-1)
        return self._reordered(kernel), self._reordered(recurrent), both

    def _reordered(self, weights: Array) -> Array:
        """Weights of shape (..., gates * units), transposed and with the gates in ONNX's order."""
        gates = np.split(weights, self.gate_blocks, axis=-1)
        ordered = np.concatenate([gates[index] for index in self.gate_order], axis=-1)
        return np.ascontiguousarray(ordered.T)[None]


CELLS: Mapping[Kind, Cell] = {
    # z, r, h in both. Keras's `reset_after` is ONNX's `linear_before_reset`.
    "gru": StandardCell("GRU", "GRU", ("h",), (0, 1, 2), {"linear_before_reset": 1}),
    # Keras has the gates i, f, c, o; ONNX has them as i, o, f, c.
    "lstm": StandardCell("LSTM", "LSTM", ("h", "c"), (0, 3, 1, 2)),
    "simple_rnn": StandardCell("SimpleRNN", "RNN", ("h",), (0,)),
}


def cell_of(kind: str) -> Cell:
    """The cell of a kind. Raises RecipeError where there is none."""
    for name, cell in CELLS.items():
        if name == kind:
            return cell
    raise RecipeError(f'there is no recurrent layer of the kind "{kind}"{did_you_mean(kind, CELLS)}')
