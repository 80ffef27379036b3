"""The operators that a network's graph may have, and which shapes each takes and gives.

This is the list of what training writes (training/export/onnx_graph.py, training/networks/cells.py), and the service
runs nothing else. A kind of network that needs another operator adds a line to `OPERATORS`, with a rule that tells the
shapes it gives. No rule multiplies sizes, so nothing can become larger than the graph's own weights and a call's rows.

The one loop that a graph may end with is none of them: closed_loop.py makes the only one that is let in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from models.graphs.closed_loop import BATCH, TIME
from models.graphs.graph_file import FLOAT, INT32, INT64, Tensor

ABSENT = Tensor(0, ())  # an input that is left out

Attributes = Mapping[str, int | tuple[int, ...]]
# The tensors that an operator gives for those that it takes, or None where it may not take them.
Rule = Callable[[Attributes, Sequence[Tensor]], Sequence[Tensor] | None]


class Operator(NamedTuple):
    """An operator: the attributes that it must have, with their values (None: any), and its rule."""

    attributes: Mapping[str, int | None]
    rule: Rule


def lengths(type_: int = INT32) -> Tensor:
    """How many steps of each row count: what graphs of the first format ask for."""
    return Tensor(type_, (BATCH,))


def state(units: int | str) -> Tensor:
    """A state that is carried from call to call."""
    return Tensor(FLOAT, (1, BATCH, units))


def _recurrent(gates: int, states: int) -> Rule:
    """A recurrent layer, from given states or from zeros."""

    def rule(attributes: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
        units, channels = attributes["hidden_size"], inputs[0].shape[-1:]
        if not isinstance(units, int):
            return None
        before = [state(units)] * states
        taken = [
            Tensor(FLOAT, (TIME, BATCH, *channels)),
            Tensor(FLOAT, (1, gates * units, *channels), constant=True),
            Tensor(FLOAT, (1, gates * units, units), constant=True),
            Tensor(FLOAT, (1, 2 * gates * units), constant=True),
        ]
        fits = list(inputs) in (taken, [*taken, ABSENT, *before], [*taken, lengths(), *before])
        return [Tensor(FLOAT, (TIME, 1, BATCH, units)), *before] if fits else None

    return rule


def _squeeze(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    """The output of every step without the axis of directions, or a state without the one in front."""
    data, *axes = inputs
    for axis, rank in ((1, 4), (0, 3)):
        if axes == [_integers(axis, (1,))] and len(data.shape) == rank and data.shape[axis] == 1:
            return None if data.constant else [Tensor(data.type, data.shape[:axis] + data.shape[axis + 1 :])]
    return None


def _gemm(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    """A product with weights, to which a bias or an earlier product is added."""
    if len(inputs) != 3:
        return None
    data, weights, added = inputs
    width = weights.shape[-1:]
    product = Tensor(FLOAT, (BATCH, *width))
    taken = [Tensor(FLOAT, (BATCH, *weights.shape[:1])), Tensor(FLOAT, weights.shape, constant=True)]
    fits = [data, weights] == taken and added in (product, Tensor(FLOAT, width, constant=True))
    return [product] if fits and len(weights.shape) == 2 else None


def _mean(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    """The mean of the members' outputs, which are of one shape."""
    alike = all(each == inputs[0] for each in inputs)
    return inputs[:1] if alike and inputs[0] == Tensor(FLOAT, (BATCH, *inputs[0].shape[1:])) else None


def _concat(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    """The members' last states side by side."""
    sizes = [each.shape[-1] if each.shape else "" for each in inputs]
    fits = all(isinstance(size, int) and each == state(size) for size, each in zip(sizes, inputs, strict=True))
    return [state(sum(size for size in sizes if isinstance(size, int)))] if fits else None


def _cast(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    return [lengths(INT64)] if list(inputs) == [lengths()] else None


def _reverse_sequence(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    sequence = Tensor(FLOAT, (TIME, BATCH, *inputs[0].shape[2:]))
    return [sequence] if list(inputs) == [sequence, lengths(INT64)] else None


def _gather(_: Attributes, inputs: Sequence[Tensor]) -> Sequence[Tensor] | None:
    """The last step of a sequence, or the first one of a reversed sequence."""
    sequence = Tensor(FLOAT, (TIME, BATCH, *inputs[0].shape[2:]))
    fits = list(inputs) in ([sequence, _integers(-1, ())], [sequence, _integers(0, ())])
    return [Tensor(FLOAT, sequence.shape[1:])] if fits else None


def _integers(value: int, shape: tuple[int, ...]) -> Tensor:
    return Tensor(INT64, shape, constant=True, values=(value,))


RECURRENT = ("GRU", "LSTM", "RNN")
ONCE = ("Cast", "Concat", "Gather", "Mean", "ReverseSequence")  # in a graph at most, however many members it has
OPERATORS: Mapping[str, Operator] = {
    "Cast": Operator({"to": INT64}, _cast),
    "Concat": Operator({"axis": 2}, _concat),
    "GRU": Operator({"hidden_size": None, "linear_before_reset": 1}, _recurrent(gates=3, states=1)),
    "Gather": Operator({"axis": 0}, _gather),
    "Gemm": Operator({}, _gemm),
    "LSTM": Operator({"hidden_size": None}, _recurrent(gates=4, states=2)),
    "Mean": Operator({}, _mean),
    "RNN": Operator({"hidden_size": None}, _recurrent(gates=1, states=1)),
    "ReverseSequence": Operator({"time_axis": 0, "batch_axis": 1}, _reverse_sequence),
    "Squeeze": Operator({}, _squeeze),
}
