"""Checking a graph before ONNX Runtime sees it: it is data of the expected shapes, and can do nothing but forecast."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from models.errors import RefusedVersion
from models.graphs.closed_loop import (
    BATCH,
    FINAL,
    FURTHER_STEPS,
    INPUT,
    KNOWN,
    LEFT,
    OUTPUT,
    TIME,
    UPCOMING,
    ClosedLoop,
    closed_loop,
    loops,
)
from models.graphs.decoder_step import DecoderStep, decoder_step
from models.graphs.graph_file import FLOAT, INT64, Graph, Node, Tensor, read_graph, refusal
from models.graphs.graph_operators import ABSENT, ONCE, OPERATORS, RECURRENT, lengths, state
from models.graphs.onnx_network import LENGTHS
from models.spec.model_spec import ModelSpec
from models.text import did_you_mean, printable

NODES_PER_LAYER = 16  # the kinds of today need up to 5, and those that all members share
NO_FURTHER_STEPS = Tensor(INT64, (), constant=True, values=(0,))  # unless a call asks for some


def check_graph(content: bytes, spec: ModelSpec, format_version: int) -> None:
    """Raise RefusedVersion unless a file holds a graph such as training writes, of the sizes that the spec tells.

    All of it is checked: its parts (graph_file.py), the operators of its step and the shapes that they take and give
    (graph_operators.py), its loop (closed_loop.py), its inputs and outputs, that nothing is left over, and that no
    tensor is wider than the spec implies. Graphs of format 1 have no loop. With a decoder the step is the one that
    follows from the spec (decoder_step.py).
    """
    graph = read_graph(content)
    states = {name: value for name, value in graph.inputs.items() if name.startswith("state_")}
    sizes = tuple(_width(each) for each in states.values())
    _check_sizes(spec, graph, sizes, carries=format_version == 1 or spec.rollout == "state")
    step, loop = graph.nodes, None
    if format_version > 1 and loops(spec):
        step = graph.nodes[:-1]
        loop = closed_loop(spec, step, graph.constants, states)
    extra = {LENGTHS: lengths()} if format_version == 1 else {} if loop is None else loop.inputs
    _check_interface(graph, states, extra, {} if loop is None else loop.outputs)
    if spec.decoder is not None:
        _check_decoder(graph, step, decoder_step(spec, spec.decoder), set() if loop is None else set(loop.constants))
    else:
        _check_step(graph, step, spec, sizes)
        last_states = spec.members * spec.units[-1]
        known = _made(graph, step, max(spec.channels, _width(graph.outputs[OUTPUT]), last_states, *spec.units, *sizes))
        made = {OUTPUT: OUTPUT, **{name: (FINAL if loop is None else LEFT) + name for name in states}}
        for name, source in made.items():
            wanted = graph.outputs[OUTPUT] if name == OUTPUT else states[name]
            if known.get(source) != wanted:
                raise refusal(f"does not make its output {printable(source)} in the shape that it tells")
        _check_used(graph, step)
    if loop is not None:
        _check_loop(graph, loop)
        _check_names(graph, step, loop.node)


def _check_decoder(graph: Graph, step: Sequence[Node], expected: DecoderStep, of_loop: set[str]) -> None:
    """The step and its constants are those that follow from the spec, but for the numbers of its weights."""
    constants = {name: each for name, each in graph.constants.items() if name not in {FURTHER_STEPS, *of_loop}}
    if tuple(step) != expected.nodes or constants != expected.constants:
        raise refusal("does not have the step that its manifest tells of a decoder")


def _check_loop(graph: Graph, expected: ClosedLoop) -> None:
    """The last node is the loop that follows from the others."""
    node = graph.nodes[-1] if graph.nodes else None
    same = node == expected.node and _names(node) == _names(expected.node)
    if not same or any(graph.constants.get(name) != each for name, each in expected.constants.items()):
        raise refusal("does not end with the loop that feeds its predictions back")
    if graph.constants.get(FURTHER_STEPS) != NO_FURTHER_STEPS:
        raise refusal("takes further steps where none are asked for")


def _check_names(graph: Graph, step: Iterable[Node], loop: Node) -> None:
    """No name has two meanings: in a body, one of its own would hide the weights of the same name that a step takes."""
    outside = [*graph.inputs, *(name for name in graph.constants if name != FURTHER_STEPS), *_results(step)]
    inside = [] if loop.body is None else [*loop.body.inputs, *_results(loop.body.nodes)]
    for name, count in Counter([*outside, *inside, *loop.outputs]).items():
        if count > 1:
            raise refusal(f"has {printable(name)} twice")


def _results(nodes: Iterable[Node]) -> list[str]:
    return [name for node in nodes for name in node.outputs if name]


def _names(node: Node | None) -> list[str]:
    """The names of a loop's inputs and outputs in their order, by which it carries values from step to step."""
    return [] if node is None or node.body is None else [*node.body.inputs, *node.body.outputs]


def _check_interface(
    graph: Graph, states: Mapping[str, Tensor], inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]
) -> None:
    """The names and shapes of inputs and outputs are those that the service calls a network with."""
    expected = {OUTPUT, *(FINAL + name for name in states), *outputs}
    if set(graph.inputs) != {INPUT, *inputs, *states} or set(graph.outputs) != expected:
        raise refusal(_named("has", graph.inputs, graph.outputs))
    shapes = {
        INPUT: (graph.inputs[INPUT], Tensor(FLOAT, (TIME, BATCH, *graph.inputs[INPUT].shape[-1:]))),
        OUTPUT: (graph.outputs[OUTPUT], Tensor(FLOAT, (BATCH, *graph.outputs[OUTPUT].shape[-1:]))),
        **{name: (graph.inputs[name], wanted) for name, wanted in inputs.items()},
        **{name: (graph.outputs[name], wanted) for name, wanted in outputs.items()},
    }
    for name, each in states.items():
        wanted = state(each.shape[-1] if each.shape else "")
        shapes |= {name: (each, wanted), FINAL + name: (graph.outputs[FINAL + name], wanted)}
    for name, (actual, wanted) in shapes.items():
        if actual != wanted or (name not in inputs and not _width(actual)):
            raise refusal(f"has an input or output {printable(name)} of the shape {printable(str(actual.shape))}")


def _check_sizes(spec: ModelSpec, graph: Graph, states: tuple[int, ...], *, carries: bool) -> None:
    """The graph has the columns, the outputs and the states that the manifest says."""
    if INPUT not in graph.inputs or OUTPUT not in graph.outputs:
        raise refusal(_named("has", graph.inputs, graph.outputs))
    channels, outputs = _width(graph.inputs[INPUT]), _width(graph.outputs[OUTPUT])
    expected = (spec.channels, spec.output_columns * spec.outputs)
    if (channels, outputs) != expected:
        raise RefusedVersion(
            f"model.onnx takes {channels} columns and gives {outputs}; "
            f"the manifest says {expected[0]} and {expected[1]}"
        )
    # A version of before they were told has states of its layers' sizes; its goldens check how many.
    known = spec.state_sizes
    if bool(states) != carries or (states != known if known is not None else not set(states) <= set(spec.units)):
        raise RefusedVersion(
            f"model.onnx has states of the sizes {printable(str(states))}; "
            f"the manifest says {printable(str(spec.units if known is None else known))}"
        )


def _check_step(graph: Graph, step: Sequence[Node], spec: ModelSpec, states: tuple[int, ...]) -> None:
    """There is no more of it than its layers may need."""
    constants = set(graph.constants) - {FURTHER_STEPS}
    if constants & set(graph.inputs):
        raise refusal("has a constant with the name of an input")
    layers = max(len(states), spec.members * len(spec.units))
    if len(step) > NODES_PER_LAYER * (layers + 1):
        raise refusal(f"has {len(step)} operators for {layers} layers")
    # What has no weights copies tensors however wide, so a small file could make a call copy without end.
    counts, recurrent = Counter(node.operator for node in step), sum(node.operator in RECURRENT for node in step)
    for operator, most in {"Squeeze": recurrent, **dict.fromkeys(ONCE, 1)}.items():
        if counts[operator] > most:
            raise refusal(f"has the operator {operator} {counts[operator]} times for {recurrent} layers")
    for node in step:
        if node.operator in ("Concat", "Mean") and len(set(node.inputs)) < len(node.inputs):
            raise refusal(f"has a {node.operator} that takes a tensor twice")


def _made(graph: Graph, step: Iterable[Node], widest: int) -> dict[str, Tensor]:
    """All tensors of a graph, by name, once its step has made its own."""
    known = {**graph.constants, **{name: each for name, each in graph.inputs.items() if name not in (KNOWN, UPCOMING)}}
    for node in step:
        for name, tensor in _given(node, known).items():
            if _width(tensor) > widest:
                raise refusal(f"makes {printable(name)} wider than its inputs, outputs and states are")
            if name in known:
                raise refusal(f"makes {printable(name)} twice")
            known[name] = tensor
    return known


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
    missing = [name for name in node.inputs if name and name not in known]
    if missing:
        raise refusal(f"has a {title} that takes {printable(missing[0])}, which was not made before")
    inputs = [known[name] if name else ABSENT for name in node.inputs]
    given = operator.rule(node.attributes, inputs) if inputs else None
    if not any(node.outputs):
        raise refusal(f"has a {title} that gives nothing")
    if node.body is not None or given is None or len(node.outputs) > len(given):
        shapes = ", ".join(str(each.shape) for each in inputs)
        raise refusal(f"has a {title} of tensors that it may not take, of the shapes {printable(shapes, 200)}")
    return {name: tensor for name, tensor in zip(node.outputs, given, strict=False) if name}


def _check_used(graph: Graph, step: Iterable[Node]) -> None:
    """Every input is taken by a node, and all weights by one: so a call's work is bounded by the size of the file.

    A loop takes what is made for it, and each further step does the work of one more call.
    """
    taken = Counter(name for node in step for name in node.inputs)
    for name in (INPUT, LENGTHS, *graph.inputs):
        if name in graph.inputs and name not in (FURTHER_STEPS, KNOWN, UPCOMING) and not taken[name]:
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
