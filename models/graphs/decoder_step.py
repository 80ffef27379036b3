"""The step of a network with a decoder: from a window of any series, adjusted, to all of its outputs at once.

The window is cut into patches, over which one recurrent layer runs. What it has seen in the end, the facts of the whole
window, and what is known of the phase of each target make a hidden layer for each of these. Patches, and outputs that
are not fed back, are SegRNN's (Lin et al. 2023, arXiv:2308.11200). The layer gives for each target the shares of some
levels of the window, smoothed exponentially at different paces (Brown 1959), and a change that it adds to their mean.
Around this value lie a lower and an upper quantile, whose distances from it can't be negative.

The nodes follow from the spec alone: training writes those that are made here, and a file with any other is refused.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import RefusedVersion
from models.graphs.closed_loop import END, INPUT, OUTPUT
from models.graphs.graph_file import FLOAT, INT64, Node, Tensor
from models.seasonal.adjusted_windows import CHANNELS, FACTS, PHASE_CHANNELS
from models.spec.model_spec import Decoder, ModelSpec
from models.text import printable

OWN = 2 + PHASE_CHANNELS  # channels of a value itself: the value, whether there is one, its phase
PACES = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)  # of exponential smoothing: the weight of the newest value
COLUMNS = 3  # of an output: the value, its lower and its upper quantile

# ONNX's operator, its gates and its attributes, for each kind of recurrent layer.
RECURRENT: Mapping[str, tuple[str, int, Mapping[str, int]]] = {
    "gru": ("GRU", 3, {"linear_before_reset": 1}),
    "lstm": ("LSTM", 4, {}),
    "simple_rnn": ("RNN", 1, {}),
}


class DecoderStep(NamedTuple):
    """The nodes of a step, in order, and the constants that they take: all but whole numbers are weights."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Tensor]


def smoothing_weights(window: int) -> NDArray[np.float32]:
    """How much each value of a window, the newest last, counts in each of its levels: shape (window, paces).

    A level is the weighted mean of the values that there are.
    """
    ages = np.arange(window)[::-1, None]
    weights = (1 - np.array(PACES)) ** ages
    shares: NDArray[np.float32] = (weights / weights.sum(axis=0)).astype(np.float32)
    return shares


def decoder_step(spec: ModelSpec, decoder: Decoder) -> DecoderStep:
    """The step of a spec's network: `output` (batch, outputs x columns) of `input` (time, batch, channels).

    Raises RefusedVersion where the spec's recurrent layer is none of these kinds.
    """
    if spec.kind not in RECURRENT:
        raise RefusedVersion(
            f"a decoder is for a recurrent layer of the kind {', '.join(RECURRENT)}; the manifest says "
            f"{printable(spec.kind)}"
        )
    step = _Step(spec, decoder)
    step.add_shared()
    members = [step.add_member(f"m{number}_") for number in range(spec.members)]
    step.add("Mean" if len(members) > 1 else "Identity", members, OUTPUT)
    return DecoderStep(tuple(step.nodes), step.constants)


class _Step:
    """The nodes and constants of a step, while they are added."""

    def __init__(self, spec: ModelSpec, decoder: Decoder) -> None:
        self._spec, self._decoder = spec, decoder
        self.nodes: list[Node] = []
        self.constants: dict[str, Tensor] = {}

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: int | tuple[int, ...]) -> str:
        """Add an operator of one output, and return its name."""
        self.nodes.append(Node(operator, tuple(inputs), (output,), attributes))
        return output

    def add_shared(self) -> None:
        """What all members take in: patches, facts, what is known of the targets, and levels."""
        window, patch, outputs = self._spec.window, self._decoder.patch, self._spec.outputs
        own = self._slice(INPUT, "own", (0,), (OWN,), (2,))
        cut = self._reshape(own, "cut", (window // patch, patch, -1, OWN))
        turned = self.add("Transpose", [cut], "turned", perm=(0, 2, 1, 3))
        self._reshape(turned, "patches", (window // patch, -1, patch * OWN))
        newest = self.add("Gather", [INPUT, self._integers("newest", (-1,), scalar=True)], "newest_step", axis=0)
        self._slice(newest, "facts", (CHANNELS - FACTS,), (END,), (1,))
        first = (window - outputs, OWN)
        self._slice(INPUT, "targets", first, (END, OWN + PHASE_CHANNELS), (0, 2))
        seen = self._slice(INPUT, "seen", (0,), (2,), (2,))
        by_row = self.add("Transpose", [seen], "by_row", perm=(1, 2, 0))
        smoothed = self.add("MatMul", [by_row, self._weights("levels_kernel", (window, len(PACES)))], "smoothed")
        self.nodes.append(Node("Split", (smoothed, self._integers("halves", (1, 1))), ("sums", "counts"), {"axis": 1}))
        means = self.add("Div", ["sums", "counts"], "means")
        self.add("Transpose", [means], "levels", perm=(1, 0, 2))

    def add_member(self, prefix: str) -> str:
        """One network, whose outputs are returned, shape (batch, outputs x columns)."""
        spec, hidden, outputs = self._spec, self._decoder.units, self._spec.outputs
        units, name = spec.units[0], prefix.__add__
        # 1. What the recurrent layer has seen in the end, with the facts.
        operator, gates, attributes = RECURRENT[spec.kind]
        inputs = self._decoder.patch * OWN
        layer = [
            "patches",
            self._weights(name("W"), (1, gates * units, inputs)),
            self._weights(name("R"), (1, gates * units, units)),
            self._weights(name("B"), (1, 2 * gates * units)),
        ]
        self.nodes.append(Node(operator, tuple(layer), ("", name("state")), {"hidden_size": units, **attributes}))
        last = self.add("Squeeze", [name("state"), self._integers("first_axis", (0,))], name("last"))
        known = self.add("Concat", [last, "facts"], name("known"), axis=1)
        weights = (
            self._weights(name("state_kernel"), (units + FACTS, hidden)),
            self._weights(name("state_bias"), (hidden,)),
        )
        state = self.add("Gemm", [known, *weights], name("of_state"))
        # 2. The hidden layers of each target.
        layer_of = self._dense("targets", name("target"), (PHASE_CHANNELS, hidden), (outputs, 1, hidden))
        both = self.add("Add", [layer_of, state], name("both"))
        first = self.add("Tanh", [both], name("first"))
        second = self.add("Tanh", [self._dense(first, name("hidden"), (hidden, hidden), (hidden,))], name("second"))
        width = COLUMNS + len(PACES)
        given = self._dense(second, name("given"), (hidden, width), (width,))
        sizes = self._integers("columns", (1, 1, 1, len(PACES)))
        parts = tuple(map(name, ("change", "below", "above", "shares")))
        self.nodes.append(Node("Split", (given, sizes), parts, {"axis": 2}))
        # 3. The value, and the quantiles around it.
        weighed = self.add("Mul", [self.add("Softmax", [parts[3]], name("weights"), axis=2), "levels"], name("weighed"))
        level = self.add("ReduceSum", [weighed, self._integers("last_axis", (2,))], name("level"))
        value = self.add("Add", [parts[0], level], name("value"))
        lower = self.add("Sub", [value, self.add("Softplus", [parts[1]], name("to_lower"))], name("lower"))
        upper = self.add("Add", [value, self.add("Softplus", [parts[2]], name("to_upper"))], name("upper"))
        columns = self.add("Concat", [value, lower, upper], name("columns"), axis=2)
        by_row = self.add("Transpose", [columns], name("columns_by_row"), perm=(1, 0, 2))
        return self._reshape(by_row, name("outputs"), (-1, outputs * COLUMNS), "flat")

    def _dense(self, name: str, given: str, kernel: tuple[int, ...], bias: tuple[int, ...]) -> str:
        product = self.add("MatMul", [name, self._weights(f"{given}_kernel", kernel)], f"{given}_product")
        return self.add("Add", [product, self._weights(f"{given}_bias", bias)], given)

    def _slice(self, name: str, given: str, first: tuple[int, ...], end: tuple[int, ...], axes: tuple[int, ...]) -> str:
        places = [self._integers(f"{given}_{what}", at) for what, at in (("from", first), ("to", end), ("axes", axes))]
        return self.add("Slice", [name, *places], given)

    def _reshape(self, name: str, given: str, shape: tuple[int, ...], shape_name: str = "") -> str:
        return self.add("Reshape", [name, self._integers(f"{shape_name or given}_shape", shape)], given)

    def _weights(self, name: str, shape: tuple[int, ...]) -> str:
        self.constants[name] = Tensor(FLOAT, shape, constant=True)
        return name

    def _integers(self, name: str, values: tuple[int, ...], *, scalar: bool = False) -> str:
        self.constants[name] = Tensor(INT64, () if scalar else (len(values),), constant=True, values=values)
        return name
