"""Tensors of the Open Inference Protocol: numbers and texts, in JSON or as bytes, both ways."""

import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.text import listed

Array = NDArray[Any]

BYTES = "BYTES"
# Row by row, the lowest byte first.
NUMBERS = {
    "FP64": "<f8",
    "FP32": "<f4",
    "FP16": "<f2",
    **{
        f"{kind}{size}": f"<{letter}{size // 8}"
        for kind, letter in (("INT", "i"), ("UINT", "u"))
        for size in (8, 16, 32, 64)
    },
}


def from_json(name: str, datatype: str, shape: Sequence[int], data: Sequence[Any]) -> Array:
    """A tensor of what came as JSON, flat or nested: float64, or objects that are texts.

    A null or NaN is a missing number. Raises InvalidRequest, its location the tensor's name.
    """
    kinds = {str} if datatype == BYTES else {int, float, type(None)}
    flat = _flat(name, data, len(shape))
    if not kinds.issuperset(map(type, flat)):
        index = next(index for index, value in enumerate(flat) if type(value) not in kinds)
        raise InvalidRequest(f"expected {'texts' if datatype == BYTES else 'numbers'}", (name, index))
    check_length(name, datatype, shape, len(flat))
    try:
        found = np.array(flat, object if datatype == BYTES else np.float64)
    except OverflowError:
        raise InvalidRequest("values must be finite and fit in 32-bit floats", (name,)) from None
    return found.reshape(shape)


def from_bytes(name: str, datatype: str, shape: Sequence[int], data: bytes) -> Array:
    """The same of what came as bytes."""
    if datatype == BYTES:
        texts = _texts(name, data)
        check_length(name, datatype, shape, len(texts))
        return np.array(texts, object).reshape(shape)
    dtype = np.dtype(NUMBERS[datatype])
    if len(data) != (needed := math.prod(shape) * dtype.itemsize):
        raise InvalidRequest(
            f"{datatype} of the shape {list(shape)} take {needed} bytes, but {len(data)} came", (name,)
        )
    return np.frombuffer(data, dtype).astype(np.float64).reshape(shape)


def check_length(name: str, datatype: str, shape: Sequence[int], count: int) -> None:
    """Raise InvalidRequest where a shape holds another number of values than came."""
    if datatype not in NUMBERS and datatype != BYTES:
        raise InvalidRequest(f"expected one of {listed([*NUMBERS, BYTES])} as its datatype", (name,))
    if math.prod(shape) != count:
        raise InvalidRequest(f"the shape {list(shape)} holds {math.prod(shape)} values, but {count} came", (name,))


def to_bytes(tensor: Array) -> bytes:
    """A tensor of numbers or of texts as bytes."""
    if tensor.dtype != object:
        return tensor.astype("<f8").tobytes()
    encoded = [text.encode() for text in tensor.ravel()]
    return b"".join(struct.pack("<I", len(each)) + each for each in encoded)


def datatype_of(tensor: Array) -> str:
    """What the protocol calls its values."""
    return BYTES if tensor.dtype == object else "FP64"


def _flat(name: str, data: Sequence[Any], depth: int) -> list[Any]:
    flat = list(data)
    for _ in range(depth - 1):
        if not any(isinstance(each, list) for each in flat):
            break
        if not all(isinstance(each, list) for each in flat):
            raise InvalidRequest("expected values, or lists of them all through, but both came", (name,))
        flat = [value for each in flat for value in each]
    return flat


def _texts(name: str, data: bytes) -> list[str]:
    """Texts, each after its length in four bytes."""
    texts, at = list[str](), 0
    try:
        while at < len(data):
            [length] = struct.unpack_from("<I", data, at)
            at += 4 + length
            if at > len(data):
                raise struct.error
            texts.append(data[at - length : at].decode())
    except (struct.error, UnicodeDecodeError):
        raise InvalidRequest(
            "expected texts in UTF-8, each after its length in four bytes", (name, len(texts))
        ) from None
    return texts
