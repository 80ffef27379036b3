"""How a rollout of the served network compares with Keras doing the same, as ratios within one run."""

import os
import time
from collections.abc import Callable

import numpy as np

from models.network import Network
from models.rollout import rollout
from training.backend import load_keras
from training.export import to_onnx
from training.networks import build

UNITS, WINDOW, HORIZON, REPEATS = 300, 10, 100, 5


def median_s(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median time of some calls, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return float(np.median(times))


def main() -> None:
    """Print one row for each way of rolling out."""
    keras = load_keras()
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    network = build("lstm", features=1, targets=1, units=(UNITS,))
    served = Network(to_onnx("lstm", network))
    context = np.sin(np.arange(WINDOW, dtype=np.float32) / 10)[None, :, None]
    compiled = tf.function(lambda window: network(window, training=False))

    def loop(predict: Callable[[np.ndarray], np.ndarray], steps: int = HORIZON) -> None:
        window = context.copy()
        for _ in range(steps):
            value = np.asarray(predict(window))
            window = np.concatenate([window[:, 1:], value[:, None]], axis=1)

    rows = {
        "rollcast": median_s(lambda: rollout(served, context, window=WINDOW, lead=1, horizon=HORIZON)),
        "compiled tf.function": median_s(lambda: loop(lambda window: compiled(tf.constant(window)))),
        # A tenth of the steps, as it takes seconds.
        "keras.Model.predict": 10
        * median_s(lambda: loop(lambda window: network.predict(window, verbose=0), HORIZON // 10), 3),
    }
    print(f"rollout of {HORIZON}, LSTM({UNITS}), window {WINDOW}, one request, {os.cpu_count()} cores")
    for name, seconds in rows.items():
        print(f"  {name:<22}{1e3 * seconds:9.1f} ms   {seconds / rows['rollcast']:7.1f} x")


if __name__ == "__main__":
    main()
