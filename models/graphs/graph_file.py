"""Reading model.onnx: the few parts that a network's graph has, and a refusal of all others before anything is run.

An ONNX file is a message of Protocol Buffers: fields of a number, a wire type and a value
(https://protobuf.dev/programming-guides/encoding). The names and numbers below are those of onnx.proto. Whatever is not
named here can't be in a graph: functions, external data, custom operators. A node may have a sub-graph, whose own nodes
have none. Nothing is copied, and the work is bounded before it is done: reading ends at the first field that is not
known, and after `MAX_FIELDS`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from models.errors import RefusedVersion
from models.text import printable

NUMBER, BYTES = 0, 2  # wire types
FLOAT, INT32, INT64, BOOL = 1, 6, 7, 9  # types of elements
WIDTHS = {FLOAT: 4, INT32: 4, INT64: 8}  # of constants, in bytes

MAX_FIELDS = 100_000  # some 30 layers in each of 32 members, and read in 0.1 s
MAX_NAME_BYTES = 200
MAX_VALUES = 8  # in a constant of whole numbers: they are axes and places

Shape = tuple[int | str, ...]  # a name stands for a size that each call may choose


class Tensor(NamedTuple):
    """An array of a graph: its type and shape, whether it is a constant, and its values if it is one of integers."""

    type: int
    shape: Shape
    constant: bool = False
    values: tuple[int, ...] = ()


class Node(NamedTuple):
    """One operator. An input or output that is left out has the name "". A Loop has a body."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, int | tuple[int, ...]]
    body: "Graph | None" = None


class Graph(NamedTuple):
    """All of a graph, in the order of the file."""

    inputs: Mapping[str, Tensor]
    constants: Mapping[str, Tensor]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, Tensor]


class Field(NamedTuple):
    """A field that a message may have; unless it may have `many`, once at most."""

    name: str
    wire: int
    many: bool = False


MODEL = {
    1: Field("ir_version", NUMBER),
    2: Field("producer_name", BYTES),
    7: Field("graph", BYTES),
    8: Field("opset_import", BYTES, many=True),
}
OPSET = {1: Field("domain", BYTES), 2: Field("version", NUMBER)}
GRAPH = {
    1: Field("node", BYTES, many=True),
    2: Field("name", BYTES),
    5: Field("initializer", BYTES, many=True),
    11: Field("input", BYTES, many=True),
    12: Field("output", BYTES, many=True),
}
NODE = {
    1: Field("input", BYTES, many=True),
    2: Field("output", BYTES, many=True),
    4: Field("op_type", BYTES),
    5: Field("attribute", BYTES, many=True),
}
ATTRIBUTE = {
    1: Field("name", BYTES),
    3: Field("i", NUMBER),
    6: Field("g", BYTES),
    8: Field("ints", NUMBER, many=True),
    20: Field("type", NUMBER),
}
INITIALIZER = {
    1: Field("dims", NUMBER, many=True),
    2: Field("data_type", NUMBER),
    8: Field("name", BYTES),
    9: Field("raw_data", BYTES),
}
VALUE, TYPE = {1: Field("name", BYTES), 2: Field("type", BYTES)}, {1: Field("tensor_type", BYTES)}
TENSOR_TYPE, DIMS = {1: Field("elem_type", NUMBER), 2: Field("shape", BYTES)}, {1: Field("dim", BYTES, many=True)}
DIM = {1: Field("dim_value", NUMBER), 2: Field("dim_param", BYTES)}

# How a refusal calls what others' graphs may well have.
FOREIGN = {
    ("model", 20): "training information",
    ("model", 25): "functions",
    ("node", 7): "a domain of custom operators",
    ("attribute", 11): "sub-graphs",
    ("initializer", 6): "strings",
    ("initializer", 13): "external data",
    ("initializer", 14): "external data",
    ("graph", 15): "sparse constants",
}

INT_ATTRIBUTE, GRAPH_ATTRIBUTE, INTS_ATTRIBUTE = 2, 5, 7
ATTRIBUTE_KINDS = {INT_ATTRIBUTE: "i", GRAPH_ATTRIBUTE: "g", INTS_ATTRIBUTE: "ints"}
BODY = "body"  # the attribute that is a sub-graph


def refusal(what: str) -> RefusedVersion:
    """The error that a graph is refused with; `what` ends the sentence that begins with the file's name."""
    return RefusedVersion(f"model.onnx {what}: not rollcast's graph")


def read_graph(content: bytes) -> Graph:
    """The graph in the bytes of a file. Raises RefusedVersion at the first part that no graph of rollcast has."""
    reader = _Reader()
    model = reader.fields("model", memoryview(content), MODEL)
    if not model["graph"]:
        raise refusal("holds no graph")
    domains = [_name(reader.fields("opset", each, OPSET)["domain"]) for each in model["opset_import"]]
    if domains != [""]:
        raise refusal("has custom operators, or none of ONNX's own")
    return _graph(reader, model["graph"][0], outermost=True)


class _Reader:
    """Reads messages until there were too many fields in all."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def fields(self, title: str, data: memoryview, known: Mapping[int, Field]) -> dict[str, list[Any]]:
        """The values of a message's fields by their names: numbers and bytes."""
        found: dict[str, list[Any]] = {field.name: [] for field in known.values()}
        place = 0
        while place < len(data):
            self._left -= 1
            if self._left < 0:
                raise refusal(f"has more than {MAX_FIELDS} parts")
            tag, place = _number(data, place)
            number, wire = tag >> 3, tag & 7
            field = known.get(number)
            if field is None or field.wire != wire:
                raise refusal(f"has {FOREIGN.get((title, number), f'an unknown field {number}')} in its {title}")
            value: int | memoryview
            value, place = _number(data, place)
            if wire == BYTES:
                begin, place = place, place + value
                if place > len(data):
                    raise refusal("is cut off")
                value = data[begin:place]
            if found[field.name] and not field.many:
                raise refusal(f"has two fields {field.name} in its {title}")
            found[field.name].append(value)
        return found


def _graph(reader: _Reader, data: memoryview, *, outermost: bool) -> Graph:
    graph = reader.fields("graph", data, GRAPH)
    return Graph(
        _unique([_value(reader, each) for each in graph["input"]]),
        _unique([_constant(reader, each) for each in graph["initializer"]]),
        tuple(_node(reader, each, outermost=outermost) for each in graph["node"]),
        _unique([_value(reader, each) for each in graph["output"]]),
    )


def _number(data: memoryview, place: int) -> tuple[int, int]:
    """The number of seven bits a byte that begins at a place, and the place after it."""
    value = 0
    for shift in range(0, 64, 7):
        if place >= len(data):
            raise refusal("is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            if value >= 1 << 64:
                break
            return value, place
    raise refusal("has a number of more than 64 bits")


def _name(found: list[memoryview]) -> str:
    name = bytes(found[0][: MAX_NAME_BYTES + 1]) if found else b""
    if len(name) > MAX_NAME_BYTES or not name.isascii():
        raise refusal(f"has the name {printable(ascii(name))}")
    return name.decode()


def _value(reader: _Reader, data: memoryview) -> tuple[str, Tensor]:
    value = reader.fields("value", data, VALUE)
    message = value["type"]
    for title, known, inner in (("type", TYPE, "tensor_type"), ("tensor type", TENSOR_TYPE, "shape")):
        if not message:
            raise refusal("has an input or output of no type")
        fields = reader.fields(title, message[0], known)
        message = fields[inner]
    dims: list[int | str] = []
    for each in reader.fields("shape", message[0], DIMS)["dim"] if message else ():
        dim = reader.fields("dimension", each, DIM)
        if dim["dim_value"] and dim["dim_param"]:
            raise refusal("has a size that is a number and a name as well")
        dims.append(dim["dim_value"][0] if dim["dim_value"] else _name(dim["dim_param"]))
    return _name(value["name"]), Tensor((fields["elem_type"] or [0])[0], tuple(dims))


def _constant(reader: _Reader, data: memoryview) -> tuple[str, Tensor]:
    fields = reader.fields("initializer", data, INITIALIZER)
    kind, raw = (fields["data_type"] or [0])[0], (fields["raw_data"] or [memoryview(b"")])[0]
    name, dims, size = _name(fields["name"]), tuple(fields["dims"]), 1
    for dim in dims:
        size *= dim
        if size > len(raw):
            break
    if not size or size * WIDTHS.get(kind, 0) != len(raw) or not raw:
        raise refusal(f"has a constant {printable(name)} whose size is not that of its type and shape")
    values: tuple[int, ...] = ()
    if kind != FLOAT:
        if size > MAX_VALUES:
            raise refusal(f"has a constant {printable(name)} of {size} integers")
        width = WIDTHS[kind]
        values = tuple(int.from_bytes(raw[at : at + width], "little", signed=True) for at in range(0, len(raw), width))
    return name, Tensor(kind, dims, constant=True, values=values)


def _node(reader: _Reader, data: memoryview, *, outermost: bool) -> Node:
    fields = reader.fields("node", data, NODE)
    attributes: dict[str, int | tuple[int, ...]] = {}
    body = None
    for each in fields["attribute"]:
        attribute = reader.fields("attribute", each, ATTRIBUTE)
        name, kind = _name(attribute["name"]), (attribute["type"] or [0])[0]
        values = attribute.get(ATTRIBUTE_KINDS.get(kind, ""), [])
        title = printable(name)
        if attribute["g"] and not (name == BODY and outermost):
            raise refusal(f"has a sub-graph in its attribute {title}")
        if name in attributes or (name == BODY and body is not None):
            raise refusal(f"has an attribute {title} twice")
        if not 0 < len(values) <= MAX_VALUES or len(values) < sum(len(attribute[each]) for each in ("i", "g", "ints")):
            raise refusal(f"has an attribute {title} of another kind than its values, or of none, or of too many")
        if kind == GRAPH_ATTRIBUTE:
            body = _graph(reader, values[0], outermost=False)
        else:
            attributes[name] = tuple(values) if kind == INTS_ATTRIBUTE else values[0]
    inputs, outputs = (tuple(_name([each]) for each in fields[side]) for side in ("input", "output"))
    return Node(_name(fields["op_type"]), inputs, outputs, attributes, body)


def _unique(tensors: list[tuple[str, Tensor]]) -> dict[str, Tensor]:
    if len({name for name, _ in tensors}) < len(tensors):
        raise refusal("has two tensors of one name")
    return dict(tensors)
