"""Checking a graph before ONNX Runtime sees it: it is data of the expected shapes, and can do nothing but forecast."""

from collections import Counter
from collections.abc import Iterable, Mapping

from models.errors import RefusedVersion
from models.graphs.graph_file import FLOAT, Graph, Node, Tensor, read_graph, refusal
from models.graphs.graph_operators import BATCH, OPERATORS, TIME, lengths, state
from models.graphs.onnx_network import FINAL, INPUT, LENGTHS, OUTPUT
from models.spec.model_spec import ModelSpec
from models.text import did_you_mean, printable

NODES_PER_STATE = 16  # the kinds of today need up to 5, and those that all members share


def check_graph(content: bytes, spec: ModelSpec) -> None:
    """Raise RefusedVersion unless a file holds a graph such as training writes, of the sizes that the spec tells.

    All of it is checked: its parts (graph_file.py), its operators and the shapes that they take and give
    (graph_operators.py), its inputs and outputs, that nothing is left over, and that no tensor is wider than the spec
    implies.
    """
    graph = read_graph(content)
    states = {name: value for name, value in graph.inputs.items() if name not in (INPUT, LENGTHS)}
    _check_interface(graph, states)
    sizes = tuple(_width(each) for each in states.values())
    channels, outputs = _width(graph.inputs[INPUT]), _width(graph.outputs[OUTPUT])
    _check_sizes(spec, channels, outputs, sizes)
    widest = max(channels, outputs, *sizes)
    known = {**graph.inputs, **graph.constants}
    if len(known) < len(graph.inputs) + len(graph.constants):
        raise refusal("has a constant with the name of an input")
    if len(graph.nodes) > NODES_PER_STATE * (len(states) + 1):
        raise refusal(f"has {len(graph.nodes)} operators for {len(states)} states")
    for node in graph.nodes:
        for name, tensor in _given(node, known).items():
            if _width(tensor) > widest:
                raise refusal(f"makes {printable(name)} wider than its inputs, outputs and states are")
            if name in known:
                raise refusal(f"makes {printable(name)} twice")
            known[name] = tensor
    for name, tensor in graph.outputs.items():
        if known.get(name) != tensor:
            raise refusal(f"does not make its output {printable(name)} in the shape that it tells")
    _check_used(graph)


def _check_interface(graph: Graph, states: Mapping[str, Tensor]) -> None:
    """The names and shapes of inputs and outputs are those that the service calls a network with."""
    expected = {OUTPUT, *(FINAL + name for name in states)}
    if not states or not {INPUT, LENGTHS} < set(graph.inputs) or set(graph.outputs) != expected:
        raise refusal(_named("has", graph.inputs, graph.outputs))
    shapes = {
        INPUT: (graph.inputs[INPUT], Tensor(FLOAT, (TIME, BATCH, *graph.inputs[INPUT].shape[-1:]))),
        LENGTHS: (graph.inputs[LENGTHS], lengths()),
        OUTPUT: (graph.outputs[OUTPUT], Tensor(FLOAT, (BATCH, *graph.outputs[OUTPUT].shape[-1:]))),
    }
    for name, each in states.items():
        wanted = state(each.shape[-1] if each.shape else "")
        shapes |= {name: (each, wanted), FINAL + name: (graph.outputs[FINAL + name], wanted)}
    for name, (actual, wanted) in shapes.items():
        if actual != wanted or (name != LENGTHS and not _width(actual)):
            raise refusal(f"has an input or output {printable(name)} of the shape {printable(str(actual.shape))}")


def _check_sizes(spec: ModelSpec, channels: int, outputs: int, states: tuple[int, ...]) -> None:
    """The graph has the columns, the outputs and the states that the manifest says."""
    expected = (spec.channels, spec.output_columns * spec.outputs)
    if (channels, outputs) != expected:
        raise RefusedVersion(
            f"model.onnx takes {channels} columns and gives {outputs}; "
            f"the manifest says {expected[0]} and {expected[1]}"
        )
    # A version of before they were told has states of its layers' sizes; its goldens check how many.
    if states != spec.state_sizes if spec.state_sizes is not None else not set(states) <= set(spec.units):
        raise RefusedVersion(
            f"model.onnx has states of the sizes {printable(str(states))}; "
            f"the manifest says {printable(str(spec.state_sizes or spec.units))}"
        )


def _given(node: Node, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that a node gives, by name. Raises RefusedVersion where it is no node that training writes."""
    operator = OPERATORS.get(node.operator)
    title = printable(node.operator)
    if operator is None:
        raise refusal(f"has the operator {title}, which no published network has{did_you_mean(title, OPERATORS)}")
    wanted = operator.attributes
    if set(node.attributes) != set(wanted) or any(
        value not in (None, node.attributes[name]) for name, value in wanted.items()
    ):
        raise refusal(f"has a {title} with the attributes {printable(str(dict(node.attributes)))}")
    missing = [name for name in node.inputs if name not in known]
    if missing:
        raise refusal(f"has a {title} that takes {printable(missing[0])}, which was not made before")
    inputs = [known[name] for name in node.inputs]
    given = operator.rule(node.attributes, inputs) if inputs else None
    if given is None or len(node.outputs) > len(given):
        shapes = ", ".join(str(each.shape) for each in inputs)
        raise refusal(f"has a {title} of tensors that it may not take, of the shapes {printable(shapes, 200)}")
    return {name: tensor for name, tensor in zip(node.outputs, given, strict=False) if name}


def _check_used(graph: Graph) -> None:
    """Every input is taken by a node, and all weights by one: so a call's work is bounded by the size of the file."""
    taken = Counter(name for node in graph.nodes for name in node.inputs)
    for name in graph.inputs:
        if not taken[name]:
            raise refusal(f"has an input {printable(name)}, which it does not use")
    for name, each in graph.constants.items():
        if each.type == FLOAT and taken[name] != 1:
            raise refusal(f"uses its weights {printable(name)} {taken[name]} times")


def _width(tensor: Tensor) -> int:
    """The last dimension; 0 where it is not told or there is none."""
    last = tensor.shape[-1] if tensor.shape else 0
    return last if isinstance(last, int) else 0


def _named(verb: str, inputs: Iterable[str], outputs: Iterable[str]) -> str:
    return printable(f"{verb} inputs {[*inputs]} and outputs {[*outputs]}", 400)
