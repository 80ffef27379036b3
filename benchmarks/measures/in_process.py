"""Rollouts of one client in process: the engine against the plain loop, TensorFlow and Keras."""

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness.published import SHAPES, graph
from benchmarks.peers.plain import Plain
from benchmarks.results import Measurement
from benchmarks.timing import Plan, alternate, medians, ratio, timed
from models.engine.engine import Engine
from models.engine.request import RolloutRequest
from models.graphs.onnx_network import OnnxNetwork
from models.spec.model_spec import ModelSpec
from training.export.from_keras import to_onnx
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network

Array = NDArray[np.float32]

HORIZON = 100


class Client:
    """An engine, and someone who waits for its answers."""

    def __init__(self, threads: int = 2) -> None:
        self._done: queue.SimpleQueue[Sequence[RolloutRequest]] = queue.SimpleQueue()
        self._engine = Engine(threads, self._done.put)

    def forecast(self, network: OnnxNetwork, spec: ModelSpec, contexts: Array, horizon: int) -> Array:
        """The predictions of some contexts of shape (rows, context, features), sent as requests of one row."""
        requests = [RolloutRequest(network, spec, each[None], horizon) for each in contexts]
        for request in requests:
            self._engine.submit(request)
        left = len(requests)
        while left:
            left -= len(self._done.get())
        return np.concatenate([request.predictions for request in requests])

    def stop(self) -> None:
        """End the engine."""
        self._engine.stop()


@contextmanager
def client(threads: int = 2) -> Iterator[Client]:
    """A client whose engine is stopped afterwards."""
    running = Client(threads)
    try:
        yield running
    finally:
        running.stop()


def windows(spec: ModelSpec, rows: int = 1) -> Array:
    """Different windows, shape (rows, window, 1)."""
    phases = np.linspace(0, 6, rows, dtype=np.float32)[:, None]
    return np.sin(phases + np.arange(spec.window, dtype=np.float32) / 10)[:, :, None]


def measure(plan: Plan) -> list[Measurement]:
    """One client's rollouts of the LSTM(300), window 10."""
    spec, state_shape = SHAPES["lstm-300"], SHAPES["lstm-300-state"]
    keras = load_keras()
    import tensorflow as tf

    network = build_network(Architecture(spec.kind, channels=1, outputs=1, units=spec.units))
    content = to_onnx(spec, network)
    served, plain, compiled = OnnxNetwork(content), Plain(content, spec), tf.function(network)
    carried = OnnxNetwork(to_onnx(state_shape, network))
    context = windows(spec)

    def loop(predict: Callable[[Array], object], steps: int) -> None:
        window = context
        for _ in range(steps):
            value = np.asarray(predict(window))
            window = np.concatenate([window[:, 1:], value[:, None]], axis=1)

    with client() as running:
        works = {
            "rollcast": timed(lambda: running.forecast(served, spec, context, HORIZON)),
            "plain loop": timed(lambda: plain.rollout(context[0][:, None], HORIZON)),
            "tf.function": timed(lambda: loop(lambda window: compiled(tf.constant(window)), HORIZON)),
        }
        figures = alternate(works, 3 * plan.rounds)
        by_state = {
            "window": works["rollcast"],
            "state": timed(lambda: running.forecast(carried, state_shape, context, HORIZON)),
        }
        states = alternate(by_state, 3 * plan.rounds)
        # A tenth of the steps, as it takes seconds.
        by_keras = {
            "rollcast": works["rollcast"],
            "keras": timed(lambda: loop(lambda window: network.predict(window, verbose=0), HORIZON // 10)),
        }
        slow = alternate(by_keras, plan.rounds)
    del keras
    title = f"rollout of {HORIZON}, LSTM(300), window mode, in process"
    return [
        Measurement(
            title,
            "plain ONNX loop's time",
            ratio(figures, "rollcast", "plain loop"),
            "at most",
            1.1,
            measured=medians(figures, 1e3, "ms"),
        ),
        Measurement(title, "faster than tf.function", ratio(figures, "tf.function", "rollcast"), "at least", 4),
        Measurement(
            title,
            "faster than keras.Model.predict",
            HORIZON / (HORIZON // 10) * ratio(slow, "keras", "rollcast"),
            "at least",
            200,
            measured={"keras s": 10 * medians(slow)["keras"]},
        ),
        Measurement(
            f"rollout of {HORIZON}, LSTM(300), state mode, in process",
            "faster than its window mode",
            ratio(states, "window", "state"),
            "at least",
            5,
            measured=medians(states, 1e3, "ms"),
        ),
    ]


def plain_loop(name: str) -> Callable[[], float]:
    """Measures how many rollouts of 100 the plain loop does in a second, one after another."""
    spec = SHAPES[name]
    plain, window = Plain(graph(spec), spec), windows(spec)[0][:, None]
    seconds = timed(lambda: plain.rollout(window, HORIZON), times=20)
    return lambda: 1 / seconds()
