"""The first call of the network for some requests: it runs their whole windows from zero states."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.engine.request import RequestSlice, SequenceState
from models.graphs.onnx_network import OnnxNetwork
from models.inference.rollout import advance

Array = NDArray[np.float32]


def prefill(network: OnnxNetwork, slices: Sequence[RequestSlice]) -> list[SequenceState]:
    """Run the windows of some rows of one model, and write their first predictions to their requests.

    The answer is the rows that have further to go. Raises whatever keeps the network from running.
    """
    spec = slices[0].request.spec
    # 1. Join the rows of all requests into one batch.
    contexts = _joined([request.contexts[start:stop] for request, start, stop in slices])
    known = [
        request.known_future[start:stop, : spec.window]
        for request, start, stop in slices
        if request.known_future is not None
    ]
    # 2. Run the network once.
    ahead = _joined(known).transpose(1, 0, 2) if known else None
    outputs, states = advance(network, spec, contexts.transpose(1, 0, 2), 1, known_future=ahead)
    predicted = outputs.transpose(1, 0, 2)
    # 3. Scatter the answers.
    unfinished = []
    first, features = 0, len(spec.features)
    for request, start, stop in slices:
        last = first + stop - start
        request.predictions[start:stop, : spec.outputs] = predicted[first:last, : request.horizon]
        if not request.is_short:
            for index, row in enumerate(range(first, last), start=start):
                newest = np.concatenate([contexts[row], predicted[row, :, :features]])[-contexts.shape[1] :]
                left = tuple(state[0, row] for state in states)
                unfinished.append(SequenceState(request, index, spec.outputs, newest, left))
        first = last
    return unfinished


def _joined(arrays: Sequence[Array]) -> Array:
    """Some arrays as one; a single one as it is, for small calls would spend a good part of their time on a copy."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
