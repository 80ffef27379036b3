"""Signals under load: what was sent on an open connection is answered, whatever the service is told meanwhile."""

import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import Server, rollcast
from benchmarks.harness.published import SHAPES, publish_random
from benchmarks.harness.traffic import Answer, Traffic, traffic
from models.registry.registry import Registry

MODEL = "simple-rnn-100"
BODY = json.dumps({"model": MODEL, "window": [0.1, 0.2, 0.3, 0.4, 0.5]}).encode()
CONNECTIONS = 32
BACK_S = 2.0  # for a worker in the place of one that was killed
ESTABLISHED = "01"  # in /proc/net/tcp


def publish(folder: Path, *names: str) -> None:
    """Publish the model that the load asks, and others."""
    for name in (MODEL, *names):
        publish_random(Registry.at(folder), name, SHAPES[name])


def answers_of_next_values(server: Server, clients: int = CONNECTIONS) -> AbstractContextManager[Traffic]:
    """Clients that ask for next values without pause."""
    return traffic(server.port, lambda _, __: ("/predict", BODY), clients)


def sigterm(quick: bool) -> Iterator[Bar]:
    """SIGTERM under next values on kept-alive connections, with one worker and with two."""
    rounds = 1 if quick else 50
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder))
        for workers in (1, 2):
            failures, statuses, answered = 0, set(), 0
            for _ in range(rounds):
                with (
                    serving(Path(folder), workers) as server,
                    answers_of_next_values(server) as running,
                ):
                    running.wait_for_load()
                    statuses.add(server.end())
                failures += len(lost(running))
                answered += len(running.answers)
            yield Bar(
                f"SIGTERM under load on {CONNECTIONS} connections, {_worded(workers)}, {rounds} times",
                f"{failures} of {answered} requests lost, exit status {', '.join(map(str, sorted(statuses)))}",
                "0 lost, exit status 0",
                failures == 0 and statuses == {0},
            )


def sighup(quick: bool) -> Iterator[Bar]:
    """SIGHUP under load: no request is cut, and no worker restarted."""
    times = 3 if quick else 20
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder))
        for workers in (1, 2):
            with serving(Path(folder), workers) as server, answers_of_next_values(server) as running:
                running.wait_for_load()
                before = server.workers()
                for _ in range(times):
                    os.kill(server.pid, signal.SIGHUP)
                    time.sleep(0.1)
                rate = running.rate(0.3)
                same = server.workers() == before
            failed = len(running.failed())
            yield Bar(
                f"SIGHUP under load, {_worded(workers)}, {times} times",
                f"{failed} of {len(running.answers)} requests failed, {'no' if same else 'some'} worker restarted",
                "0 failed, none restarted",
                failed == 0 and same and rate > 0,
            )


def worker_killed(quick: bool) -> Iterator[Bar]:
    """Kill -9 of one of two workers under load: only its own requests fail, and another takes its place at once."""
    rounds = 2 if quick else 50
    failures, beyond, slowest = 0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder))
        with serving(Path(folder), 2) as server, answers_of_next_values(server) as running:
            for _ in range(rounds):
                first, _ = both_serve(server)
                running.wait_for_load()
                known, its_own = len(running.failed()), connections_of(first, server.port)
                begun = time.perf_counter()
                os.kill(first, signal.SIGKILL)
                both_serve(server, but=first)
                slowest = max(slowest, time.perf_counter() - begun)
                failed = len(running.failed()) - known
                failures += failed
                beyond += max(0, failed - its_own)
    yield Bar(
        f"kill -9 of one of two workers under load, {rounds} times",
        f"{failures} of {len(running.answers)} requests failed, {beyond} of them not that worker's",
        "only that worker's",
        beyond == 0,
    )
    yield Bar("another worker serves in its place", f"{slowest:.2f} s", f"{BACK_S:g} s", slowest <= BACK_S, timed=True)


def both_serve(server: Server, but: int = 0, timeout_s: float = 30.0) -> tuple[int, int]:
    """Wait until two workers, none of them `but`, have a connection; their process ids."""
    deadline = time.perf_counter() + timeout_s
    fresh: list[HTTPConnection] = []
    try:
        while time.perf_counter() < deadline:
            workers = server.workers()
            if len(workers) == 2 and but not in workers and all(connections_of(pid, server.port) for pid in workers):
                return workers[0], workers[1]
            fresh.append(HTTPConnection("127.0.0.1", server.port, timeout=5))
            with suppress(OSError, HTTPException):
                fresh[-1].request("GET", "/healthz")
                fresh[-1].getresponse().read()
            time.sleep(0.01)
    finally:
        for connection in fresh:
            connection.close()
    raise SystemExit(f"two workers did not serve within {timeout_s:g} s")


def connections_of(pid: int, port: int) -> int:
    """How many established connections to a port a process holds."""
    held: set[str] = set()
    with suppress(OSError):  # it may be gone, and so may a file
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                held.add(os.readlink(path))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(
        row[3] == ESTABLISHED and row[1].endswith(f":{port:04X}") and f"socket:[{row[9]}]" in held for row in rows
    )


def serving(folder: Path, workers: int) -> AbstractContextManager[Server]:
    """A service of so many workers."""
    return rollcast(folder, "--workers", str(workers))


def lost(running: Traffic) -> list[Answer]:
    """Requests that failed on a connection that stood; one that never stood lost nothing."""
    return [each for each in running.failed() if each.connected]


def _worded(workers: int) -> str:
    return f"{workers} worker{'s' * (workers > 1)}"
