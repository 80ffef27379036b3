"""Rollouts of one client in process: the engine against the plain loop, TensorFlow and Keras."""

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness.published import SHAPES, graph
from benchmarks.peers.plain import Plain
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Plan, medians, timed
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
    """Rollouts that slide their window."""
    with client() as running:
        return [
            *_against_loop(plan, running, "simple-rnn-100", "SimpleRNN(100), window 5", 2),
            *_against_loop(plan, running, "lstm-300", "LSTM(300), window 10", 1.05),
            *_against_keras(plan, running),
        ]


def _against_loop(plan: Plan, running: Client, name: str, title: str, bar: float) -> list[Measurement]:
    spec = SHAPES[name]
    content, context = graph(spec), windows(spec)
    network, plain = OnnxNetwork(content), Plain(content, spec)
    works = {
        "rollcast": timed(lambda: running.forecast(network, spec, context, HORIZON), times=3),
        "plain loop": timed(lambda: plain.rollout(context[0][:, None], HORIZON), times=3),
    }
    row = Row(
        f"rollout of {HORIZON}, {title}, window mode, in process",
        "faster than the plain ONNX loop",
        by("plain loop", "rollcast"),
        "at least",
        bar,
    )
    return measure_rows(plan.times(3), works, [row], partial(medians, factor=1e3, unit="ms"))


def _against_keras(plan: Plan, running: Client) -> list[Measurement]:
    """The LSTM(300), window 10, by its own framework. TensorFlow stays in memory, and its threads with it."""
    spec = SHAPES["lstm-300"]
    load_keras()
    import tensorflow as tf

    network = build_network(Architecture(spec.kind, channels=1, outputs=1, units=spec.units))
    served, compiled, context = OnnxNetwork(to_onnx(spec, network)), tf.function(network), windows(spec)

    def loop(predict: Callable[[Array], object], steps: int) -> None:
        window = context
        for _ in range(steps):
            value = np.asarray(predict(window))
            window = np.concatenate([window[:, 1:], value[:, None]], axis=1)

    rollcast = timed(lambda: running.forecast(served, spec, context, HORIZON))
    function = timed(lambda: loop(lambda window: compiled(tf.constant(window)), HORIZON))
    # A tenth of the steps, as it takes seconds.
    tenth = timed(lambda: loop(lambda window: network.predict(window, verbose=0), HORIZON // 10))
    what = f"rollout of {HORIZON}, LSTM(300), window mode, in process"
    by_function = Row(what, "faster than tf.function", by("tf.function", "rollcast"), "at least", 4)
    by_predict = Row(what, "faster than keras.Model.predict", by("keras", "rollcast"), "at least", 200)
    seen = partial(medians, factor=1e3, unit="ms")
    return [
        *measure_rows(plan.times(3), {"rollcast": rollcast, "tf.function": function}, [by_function], seen),
        *measure_rows(plan, {"rollcast": rollcast, "keras": lambda: 10 * tenth()}, [by_predict], seen),
    ]


def plain_loop(name: str) -> Callable[[], float]:
    """Measures how many rollouts of 100 the plain loop does in a second, one after another."""
    spec = SHAPES[name]
    plain, window = Plain(graph(spec), spec), windows(spec)[0][:, None]
    seconds = timed(lambda: plain.rollout(window, HORIZON), times=20)
    return lambda: 1 / seconds()
