"""Somebody who asks for health now and then, in a process of its own, while others load the server."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

EVERY_S = 0.01
ROOT = Path(__file__).parents[2]


class Probe:
    """How long each answer took, once the block is over; `failed` counts those that were no 200."""

    def __init__(self) -> None:
        self.took_s: list[float] = []
        self.failed = 0

    @property
    def p99_s(self) -> float:
        """What 99 of 100 answers took at most."""
        return p99(self.took_s)


def p99(values: Sequence[float]) -> float:
    """The value that a hundredth is above, or the largest of fewer."""
    return sorted(values)[min(len(values) - 1, round(0.99 * len(values)))] if values else float("inf")


@contextmanager
def probing(port: int, *, connect_anew: bool = False) -> Iterator[Probe]:
    """Ask for health every EVERY_S until the block ends, on one connection or each time on a new one."""
    command = [sys.executable, "-m", "benchmarks.harness.probe", str(port), *["anew"][: int(connect_anew)]]
    probe = Probe()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            yield probe
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=30)
    probe.took_s, probe.failed = json.loads(output)


def _ask(port: int, *, connect_anew: bool) -> None:
    took_s: list[float] = []
    failed = 0
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    print("begun", flush=True)
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    while not stopped:
        begun = time.perf_counter()
        try:
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            response.read()
            failed += response.status != 200
        except (OSError, HTTPException):
            failed += 1
            connection.close()
        if connect_anew:
            connection.close()
        took_s.append(time.perf_counter() - begun)
        time.sleep(EVERY_S)
    connection.close()
    print(json.dumps([took_s, failed]))


if __name__ == "__main__":
    _ask(int(sys.argv[1]), connect_anew="anew" in sys.argv)
