"""The loop of a graph: closed-loop steps after the first, in which predictions are fed back.

A graph holds the nodes of one step, and after them ONNX's Loop (https://onnx.ai/onnx/operators/onnx__Loop.html), whose
body has the same nodes once more. So the weights are there once, and many steps are one call. The body follows from the
step and the spec: training writes the one that is made here, and a file with any other is refused.

What the loop can't know from its own predictions comes in from outside: `known` has the lagged values and what is known
of the future for each further step, and with a lead above 1 `upcoming` has the newest values up to the predictions.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from models.graphs.graph_file import BOOL, FLOAT, INT64, Graph, Node, Shape, Tensor
from models.spec.model_spec import ModelSpec

# The graph's contract, kept by training when it builds one and relied on by models/graphs/onnx_network.py.
INPUT, OUTPUT = "input", "output"
FURTHER_STEPS, KNOWN, UPCOMING = "further_steps", "known", "upcoming"
FURTHER_OUTPUTS = "further_outputs"
LEFT, FINAL = "left_", "final_"  # begin the name of a state after the first step, and on its way out
TIME, BATCH, FURTHER = "time", "batch", "further"  # the sizes that each call chooses

NEXT = "next_"  # begins the names of a step's tensors in the body
INDEX, GO_ON, LAST_OUTPUT, LAST_WINDOW = "index", "go_on", "last_output", "last_window"
END = 2**31 - 1  # how a slice says: up to the end


class ClosedLoop(NamedTuple):
    """A graph's last node, the constants that it needs beside the step's, and what the graph takes and gives for it."""

    node: Node
    constants: Mapping[str, Tensor]
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]


def loops(spec: ModelSpec) -> bool:
    """Whether what a network predicts can be fed back to it, so that its graph has a loop."""
    return spec.max_horizon is None


def closed_loop(
    spec: ModelSpec, step: Sequence[Node], constants: Collection[str], states: Mapping[str, Tensor]
) -> ClosedLoop:
    """The loop after the nodes of a step.

    The step makes `output` of `input` and of `states`, which it leaves under names that begin with LEFT. `constants`
    are those that it takes.
    """
    features, output = len(spec.features), Tensor(FLOAT, (BATCH, spec.outputs * spec.output_columns))
    body = _Body(spec)
    # What is carried from step to step, by its name in the body: its first value, its shape, and what the body makes.
    # 1. What is fed back: shape (outputs, batch, features), or with a lead the value whose turn it is.
    carried = {LAST_OUTPUT: (OUTPUT, output, NEXT + OUTPUT)}
    newest = body.add_fed_back()
    if spec.lead > 1:
        carried["upcoming_values"] = UPCOMING, Tensor(FLOAT, (spec.lead - 1, BATCH, features)), "upcoming_left"
        newest = body.add_queue(newest)
    # 2. The inputs of a step: beside the newest value what is known; with a window the ones before.
    if spec.channels > features:
        newest = body.add_known(newest)
    if spec.rollout == "window":
        carried[LAST_WINDOW] = INPUT, Tensor(FLOAT, (TIME, BATCH, spec.channels)), NEXT + INPUT
        newest = body.add_window(newest)
    # 3. The step, under other names.
    names = {INPUT: newest}
    for node in step:
        inputs = tuple(name if name in constants or not name else names.get(name, NEXT + name) for name in node.inputs)
        made = tuple(name and NEXT + name for name in node.outputs)
        body.nodes.append(node._replace(inputs=inputs, outputs=made))
    ends = [f"loop_{name}" for name in carried] + [FINAL + name for name in states]
    carried |= {NEXT + name: (LEFT + name, shape, NEXT + LEFT + name) for name, shape in states.items()}
    body.add("Identity", [NEXT + OUTPUT], ["given_output"])
    # 4. The node: what goes in, what it carries from step to step, and what comes out.
    scalar = Tensor(INT64, ())
    graph = Graph(
        {INDEX: scalar, GO_ON: Tensor(BOOL, ()), **{name: shape for name, (_, shape, _) in carried.items()}},
        {},
        tuple(body.nodes),
        {
            "goes_on": Tensor(BOOL, ()),
            **{given: shape for _, shape, given in carried.values()},
            "given_output": output,
        },
    )
    taken = (FURTHER_STEPS, "", *(first for first, _, _ in carried.values()))
    node = Node("Loop", taken, (*ends, FURTHER_OUTPUTS), {}, graph)
    further = {FURTHER_STEPS: scalar}
    if spec.lead > 1:
        further[UPCOMING] = carried["upcoming_values"][1]
    if spec.channels > features:
        further[KNOWN] = Tensor(FLOAT, (FURTHER, spec.outputs, BATCH, spec.channels - features))
    outputs = {FURTHER_OUTPUTS: Tensor(FLOAT, (FURTHER, *output.shape))}
    return ClosedLoop(node, body.constants, further, outputs)


class _Body:
    """The nodes of a loop's body and their constants, while they are added."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec
        self.nodes: list[Node] = []
        self.constants: dict[str, Tensor] = {}
        self.add("Identity", [GO_ON], ["goes_on"])

    def add(
        self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | tuple[int, ...]
    ) -> str:
        """Add an operator and return the name of its first output."""
        self.nodes.append(Node(operator, tuple(inputs), tuple(outputs), attributes))
        return outputs[0]

    def add_fed_back(self) -> str:
        """The last output's values, time first; where it has quantiles, without them."""
        spec, name = self._spec, "fed_back"
        features, columns, several = len(spec.features), spec.output_columns, spec.outputs > 1
        shape = (-1, spec.outputs, columns) if several else (1, -1, columns)
        name = self.add("Reshape", [LAST_OUTPUT, self._constant("output_shape", shape)], ["last_values"])
        if several:
            name = self.add("Transpose", [name], ["values_by_step"], perm=(1, 0, 2))
        return self._slice(name, "fed_back", 2, 0, features) if columns > features else name

    def add_queue(self, fed_back: str) -> str:
        """The value whose turn it is; what is fed back comes `lead` steps later."""
        whole = self.add("Concat", [UPCOMING + "_values", fed_back], ["queue"], axis=0)
        sizes = self._constant("queue_sizes", (1, self._spec.lead - 1))
        return self.add("Split", [whole, sizes], ["newest_value", "upcoming_left"], axis=0)

    def add_known(self, newest: str) -> str:
        """The newest values, and what comes in from outside beside them."""
        known = self.add("Gather", [KNOWN, INDEX], ["known_now"], axis=0)
        # With carried states this is all that a step takes in.
        name = "newest_inputs" if self._spec.rollout == "window" else NEXT + INPUT
        return self.add("Concat", [newest, known], [name], axis=2)

    def add_window(self, newest: str) -> str:
        """The window, slid on."""
        longer = self.add("Concat", [LAST_WINDOW, newest], ["longer_window"], axis=0)
        return self._slice(longer, NEXT + INPUT, 0, -self._spec.window, END)

    def _slice(self, name: str, given: str, axis: int, first: int, end: int) -> str:
        places = [
            self._constant(f"{given}_{what}", (at,)) for what, at in (("from", first), ("to", end), ("axis", axis))
        ]
        return self.add("Slice", [name, *places], [given])

    def _constant(self, name: str, values: tuple[int, ...]) -> str:
        shape: Shape = (len(values),)
        self.constants["loop_" + name] = Tensor(INT64, shape, constant=True, values=values)
        return "loop_" + name
