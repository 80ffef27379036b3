"""Times in-process work of the release on PYTHONPATH: what to do comes in as JSON, the seconds go out.

Today's release and the one before run the same script, so it imports nothing of benchmarks/ and only what both have.
"""

import json
import queue
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.offline import predict_offline
from models.engine.request import RolloutRequest
from models.inference.forecaster import Forecaster
from models.registry.registry import Registry
from models.spec.model_spec import ModelSpec

THREADS = 2

Work = Callable[[], object]


def rollout(forecaster: Forecaster, horizon: int) -> Work:
    """One client's rollout through the engine."""
    done: queue.SimpleQueue[Sequence[RolloutRequest]] = queue.SimpleQueue()
    engine, spec = Engine(THREADS, done.put), forecaster.spec
    context = _waves(1, spec.input_length).astype(np.float32)

    def work() -> None:
        engine.submit(RolloutRequest(forecaster.network, spec, context, horizon))
        (request,) = done.get()
        if request.error is not None:
            raise request.error

    return work


def window(forecaster: Forecaster, _: int) -> Work:
    """A call of the network over one window."""
    inputs = _inputs(forecaster.spec)
    return lambda: forecaster.network(inputs)


def step(forecaster: Forecaster, _: int) -> Work:
    """A call of the network over one value, from the states that a window left."""
    inputs = _inputs(forecaster.spec)
    states, newest = forecaster.network(inputs).states, inputs[-1:].copy()
    return lambda: forecaster.network(newest, states)


def backtest(forecaster: Forecaster, horizon: int, origins: int = 1000) -> Work:
    """Forecasts from many origins, from raw windows to raw forecasts."""
    scale = forecaster.spec.scaler
    raw = np.array(scale.mean) + np.array(scale.scale) * _waves(origins, forecaster.spec.context_length)

    def work() -> None:
        inputs = forecaster.prepare(raw, horizon)
        forecaster.to_raw(inputs, predict_offline(forecaster, inputs))

    return work


WORKS = {each.__name__: each for each in (rollout, window, step, backtest)}


def seconds(work: Work, times: int) -> float:
    """The median over so many times of how long a work takes, once it is warm."""
    work()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def _waves(rows: int, length: int) -> NDArray[np.float64]:
    """Different series, shape (rows, length, 1)."""
    return np.sin(np.linspace(0, 6, rows)[:, None] + np.arange(length) / 10)[:, :, None]


def _inputs(spec: ModelSpec) -> NDArray[np.float32]:
    """A window for the network itself, shape (window, 1, channels)."""
    return np.repeat(_waves(1, spec.window)[0, :, None], spec.channels, axis=2).astype(np.float32)


def main() -> None:
    """Do what standard input asks for."""
    asked = json.load(sys.stdin)
    _, forecaster = Registry.at(Path(asked["registry"])).open(asked["name"], asked["version"])
    work = WORKS[asked["work"]](forecaster, asked["horizon"])
    print(json.dumps({"seconds": seconds(work, asked["times"])}))


if __name__ == "__main__":
    main()
