"""A trained network on ONNX Runtime: a call maps inputs and states to outputs and new states."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import RefusedVersion
from models.graphs.closed_loop import FINAL, FURTHER_OUTPUTS, FURTHER_STEPS, INPUT, KNOWN, OUTPUT, UPCOMING

Array = NDArray[np.float32]

LENGTHS = "sequence_lens"  # an input of the graphs of format 1, which have no loop


class Further(NamedTuple):
    """Closed-loop steps after the first one of a call: how many, and what they need from outside.

    `known`, shape (steps, outputs, batch, channels - features), is what is known for each step: lagged values, then
    what is known of the future. `upcoming`, shape (lead - 1, batch, features), has the values after the call's inputs.
    """

    steps: int
    known: Array | None = None
    upcoming: Array | None = None


class Steps(NamedTuple):
    """What one call of the network gives.

    `outputs` has shape (steps, batch, outputs); each of `states` has shape (1, batch, size), ONNX's own.
    """

    outputs: Array
    states: tuple[Array, ...]


class OnnxNetwork:
    """One ONNX graph: a whole window, or one step from given states, and closed-loop steps after it.

    Pure and safe to call from many threads at once. Values are in the network's own (scaled) units.
    """

    def __init__(self, model: bytes) -> None:
        """Load a graph from its bytes: one that training built, or that graph_check.py has let in.

        Raises RefusedVersion where ONNX Runtime can't load it.
        """
        self._session, self._run_options = _opened(model)
        self.weight_count = len(model) // 4  # about: the graph is little else
        inputs = {each.name: each.shape for each in self._session.get_inputs()}
        self._state_names = tuple(name for name in inputs if name.startswith("state_"))
        self.loops = FURTHER_STEPS in {each.name for each in self._session.get_overridable_initializers()}
        self._takes_lengths = LENGTHS in inputs
        self._output_names = [OUTPUT, *(FINAL + name for name in self._state_names)]
        self.state_sizes = tuple(int(inputs[name][-1]) for name in self._state_names)
        # What a call without further steps takes: ONNX Runtime wants every input, though none of these is read then. No
        # memory, whatever sizes a manifest tells.
        self._idle = {
            name: np.zeros([each if isinstance(each, int) else 0 for each in inputs[name]], np.float32)
            for name in (KNOWN, UPCOMING)
            if name in inputs
        }

    def zero_states(self, batch: int) -> tuple[Array, ...]:
        """The states before a window: zeros of shape (1, batch, units) each."""
        return tuple(np.zeros((1, batch, size), np.float32) for size in self.state_sizes)

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        """Run over inputs of shape (time, batch, channels), from zero states unless some are given.

        The call is one step, however long its inputs are; `further` steps take in what was predicted. Only a network
        that `loops` makes these.
        """
        batch = inputs.shape[1]
        feeds = {INPUT: inputs, **self._idle}
        if self._state_names:
            feeds.update(zip(self._state_names, self.zero_states(batch) if states is None else states, strict=True))
        if self._takes_lengths:
            feeds[LENGTHS] = np.full(batch, len(inputs), np.int32)
        if further is None or not further.steps:  # ONNX Runtime would give an array without a step or a row
            output, *final = self._session.run(self._output_names, feeds, self._run_options)
            return Steps(output[None], tuple(final))
        feeds[FURTHER_STEPS] = np.array(further.steps, np.int64)
        if further.known is not None:
            feeds[KNOWN] = further.known
        if further.upcoming is not None:
            feeds[UPCOMING] = further.upcoming
        output, *final, outputs = self._session.run([*self._output_names, FURTHER_OUTPUTS], feeds, self._run_options)
        return Steps(np.concatenate([output[None], outputs]), tuple(final))

    @contextmanager
    def ending_after(self, timeout_s: float) -> Iterator[None]:
        """End the calls made meanwhile once they have taken so long together, whatever the graph does.

        It is for opening a network, while no other thread calls it. ONNX Runtime looks between operators whether it
        shall end. Raises RefusedVersion where calls were ended, or nobody can look at the clock meanwhile.
        """
        import onnxruntime

        options, before = onnxruntime.RunOptions(), self._run_options
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
            self._run_options = before


def _opened(model: bytes) -> tuple[Any, Any]:
    """An ONNX Runtime session and options for its calls, which are slower where it makes them for each.

    The library is imported here, once it may no longer report on its use.
    """
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
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no narrower base
        raise RefusedVersion("model.onnx is not a graph that ONNX Runtime can load") from error
    return session, onnxruntime.RunOptions()
