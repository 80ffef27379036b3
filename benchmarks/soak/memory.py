"""A million predictions of mixed horizons: the service's memory must not grow, and a planted leak must show."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.harness.bars import Bar
from benchmarks.harness.load import Load, check_wrk, put
from benchmarks.harness.processes import Server, rollcast, under_uvicorn
from benchmarks.harness.published import SHAPES, publish_random
from models.registry.registry import Registry

MODEL = "simple-rnn-100"
LOAD = Load(MODEL, connections=16, horizon=(1, 1, 1, 1, 1, 1, 2, 3, 5, 24))
MAX_GROWTH_BYTES = 10 << 20


def drill(quick: bool) -> Iterator[Bar]:
    """Soak the service, and then one that leaks."""
    check_wrk()
    requests = 20_000 if quick else 1_000_000
    leaked = 20_000 if quick else 150_000
    # The leak of the second half of the requests, which the bar of a run of this length must lie below.
    bar_bytes = MAX_GROWTH_BYTES if not quick else 3 << 20
    with tempfile.TemporaryDirectory(prefix="rollcast-soak-") as folder:
        publish_random(Registry.at(Path(folder)), MODEL, SHAPES[MODEL])
        with rollcast(Path(folder)) as server:
            done, growth_bytes = soak(server, requests)
        yield Bar("predictions of mixed horizons", f"{done}, none failed", f"{requests}", done >= requests)
        yield _growth("resident growth over the second half", growth_bytes, bar_bytes, grows=False)
        with under_uvicorn("benchmarks.peers.leaking:app", {"ROLLCAST_REGISTRY": folder}) as server:
            _, growth_bytes = soak(server, leaked)
        yield _growth(f"the same with 512 bytes leaked in each of {leaked}", growth_bytes, bar_bytes, grows=True)


def soak(server: Server, requests: int) -> tuple[int, int]:
    """Make so many predictions; how many there were, and by how many bytes the memory grew over the second half.

    Memory is the median of a few moments at the end of each half: caches that fill at first do not count, and neither
    does one moment's work.
    """
    soaked = _load(server, requests // 2)
    middle = _resident(server)
    soaked += _load(server, requests - requests // 2)
    return soaked, int(_resident(server) - middle)


def _resident(server: Server) -> float:
    samples = []
    for _ in range(5):
        time.sleep(0.2)
        samples.append(server.rss_bytes)
    return median(samples)


def _load(server: Server, requests: int) -> int:
    done = 0
    while done < requests:
        answered = put(LOAD, server, 20 if requests > 100_000 else 3).requests
        if not answered:
            raise SystemExit("the server answers nothing")
        done += answered
    return done


def _growth(what: str, growth_bytes: int, bar_bytes: int, *, grows: bool) -> Bar:
    measured, bar = f"{growth_bytes / 2**20:.1f} MB", f"{bar_bytes / 2**20:.0f} MB"
    if grows:
        return Bar(what, measured, f"caught: at least {bar}", growth_bytes >= bar_bytes)
    return Bar(what, measured, f"under {bar}", growth_bytes < bar_bytes)
