"""A trained network on ONNX Runtime: a call maps inputs and states to an output and new states."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import RefusedVersion
from models.text import printable

Array = NDArray[np.float32]

_NONE = np.empty(0, np.int32)

# The graph's contract, kept by training when it builds one and relied on here.
INPUT, LENGTHS, OUTPUT = "input", "sequence_lens", "output"
FINAL = "final_"  # the prefix of a state's name on its way out


class Step(NamedTuple):
    """What one call of the network gives.

    `output` has shape (batch, outputs); each of `states` has shape (1, batch, size), ONNX's own.
    """

    output: Array
    states: tuple[Array, ...]


class OnnxNetwork:
    """One ONNX graph with states in and out: a whole window from zero states, or one step from given ones.

    Pure and safe to call from many threads at once. Values are in the network's own (scaled) units.
    """

    def __init__(self, model: bytes) -> None:
        """Load a graph from its bytes.

        Raises RefusedVersion where the bytes are no graph or not one that training builds.
        """
        self._session = _session(model)
        self._run_options: Any = None  # as a rule there are none
        self.weight_count = len(model) // 4  # about: the graph is little else
        inputs = {each.name: each.shape for each in self._session.get_inputs()}
        outputs = {each.name: each.shape for each in self._session.get_outputs()}
        self._state_names = tuple(name for name in inputs if name not in (INPUT, LENGTHS))
        expected = {OUTPUT, *(FINAL + name for name in self._state_names)}
        if not {INPUT, LENGTHS} < set(inputs) or set(outputs) != expected:
            names = printable(f"inputs {[*inputs]} and outputs {[*outputs]}", 400)
            raise RefusedVersion(f"model.onnx has {names}: not rollcast's graph")
        self._output_names = [OUTPUT, *(FINAL + name for name in self._state_names)]
        self.state_sizes = tuple(_size(name, inputs[name], rank=3) for name in self._state_names)
        # Made once and cut to size, as making them takes a good part of a small call.
        self._zeros = tuple(np.zeros((1, 1, size), np.float32) for size in self.state_sizes)
        self._full_lengths: dict[int, NDArray[np.int32]] = {}
        self.channels = _size(INPUT, inputs[INPUT], rank=3)
        self.outputs = _size(OUTPUT, outputs[OUTPUT], rank=2)

    def zero_states(self, batch: int) -> tuple[Array, ...]:
        """The states before a window: zeros of shape (1, batch, units) each, not to be written to."""
        zeros = self._zeros
        if zeros[0].shape[1] < batch:
            zeros = self._zeros = tuple(np.zeros((1, batch, size), np.float32) for size in self.state_sizes)
        return tuple(each[:, :batch] for each in zeros)

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None) -> Step:
        """Run over inputs of shape (time, batch, channels), from zero states unless some are given."""
        steps, batch, _ = inputs.shape
        # The graph asks how many steps of each row count: here all of them.
        lengths = self._full_lengths.get(steps, _NONE)[:batch]
        if len(lengths) < batch:
            lengths = self._full_lengths[steps] = np.full(batch, steps, np.int32)
        feeds = {INPUT: inputs, LENGTHS: lengths}
        feeds.update(zip(self._state_names, self.zero_states(batch) if states is None else states, strict=True))
        output, *final = self._session.run(self._output_names, feeds, self._run_options)
        return Step(output, tuple(final))

    @contextmanager
    def ending_after(self, timeout_s: float) -> Iterator[None]:
        """End the calls made meanwhile once they have taken so long together, whatever the graph does.

        It is for opening a network, while no other thread calls it. ONNX Runtime looks between operators whether it
        shall end. Raises RefusedVersion where calls were ended, or nobody can look at the clock meanwhile.
        """
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.log_severity_level = 4  # the error tells that it was ended
        timer = threading.Timer(timeout_s, setattr, (options, "terminate", True))
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError as error:  # no further thread is to be had
            raise RefusedVersion(f"its first answers can't be timed: {error}") from error
        self._run_options = options
        try:
            yield
        except Exception as error:
            if options.terminate:
                raise RefusedVersion(f"its first answers took longer than {timeout_s:g} s") from error
            raise
        finally:
            timer.cancel()
            self._run_options = None


def _size(name: str, dims: Sequence[int | str | None], rank: int) -> int:
    """The last dimension of an input or output, which the graph must fix. Raises RefusedVersion."""
    size = dims[-1] if len(dims) == rank else None
    if not isinstance(size, int):
        raise RefusedVersion(
            f"model.onnx's {printable(name)} has the shape {printable(str(dims))}, not {rank} dimensions with a number "
            "as the last: not rollcast's graph"
        )
    return size


def _session(model: bytes) -> Any:
    """An ONNX Runtime session; the library is imported here, once it may no longer report on its use."""
    # Importing it is enough to make it write an identity and a database below the user's cache folder.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # It has a format of its own as well, which four bytes of an ONNX file could make it take this one for.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no narrower base
        raise RefusedVersion("model.onnx is not a graph that ONNX Runtime can load") from error
