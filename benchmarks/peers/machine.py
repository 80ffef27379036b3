"""The machine's own float32 matrix-product rate: what no network can beat.

It is measured in a process of its own, whose BLAS is held to one thread: several cores do independent products.
"""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np

from models.cores import usable_cores

SIZE, SECONDS = 1024, 0.4


def product_rates() -> dict[str, float]:
    """Floating-point operations per second on one core, and on all of them."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "benchmarks.peers.machine"]
    output = subprocess.run(command, env={**os.environ, **one}, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(output))


def _rate(threads: int) -> float:
    counts = [0] * threads
    factor = np.random.default_rng(0).standard_normal((SIZE, SIZE), np.float32)
    end = time.perf_counter() + SECONDS

    def work(number: int) -> None:
        product = np.empty_like(factor)
        while time.perf_counter() < end:
            np.matmul(factor, factor, out=product)
            counts[number] += 1

    begun = time.perf_counter()
    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 2.0 * SIZE**3 * sum(counts) / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(json.dumps({"one": _rate(1), "all": _rate(usable_cores())}))
