"""The plain loop: one ONNX Runtime call with a full window for every step, one request after another."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


class Plain:
    """A session for the graph of a network that slides its window."""

    def __init__(self, graph: bytes, spec: ModelSpec, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._window = spec.window

    def next_value(self, window: Array) -> Array:
        """The next value, shape (1, 1), after a window of shape (window, 1, 1)."""
        answer: Array = self._session.run(["output"], {"input": window})[0]
        return answer

    def rollout(self, window: Array, horizon: int) -> Array:
        """The next values, shape (horizon, 1, 1)."""
        values = np.empty((self._window + horizon, 1, 1), np.float32)
        values[: self._window] = window
        for step in range(horizon):
            values[self._window + step] = self.next_value(values[step : step + self._window])
        return values[self._window :]
