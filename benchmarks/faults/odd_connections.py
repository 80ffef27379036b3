"""Connections that do nothing, or next to nothing, while others want to be served."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from socket import socket

from benchmarks.faults.signals import answers_of_next_values, publish
from benchmarks.harness.bars import Bar
from benchmarks.harness.probe import p99, probing
from benchmarks.harness.processes import rollcast
from benchmarks.harness.raw_clients import connect, is_ended, request
from service.process.file_limit import raise_file_limit

HEALTH_S = 0.1
SLACK_S = 1.5  # the sweep, the last word, and a machine that is busy


def slow_clients(quick: bool) -> Iterator[Bar]:
    """Clients that send a byte now and then, and clients that send nothing, beside others that work."""
    slow, idle, receive_s, idle_s = (50, 200, 1.5, 2.0) if quick else (500, 2_000, 8.0, 12.0)
    raise_file_limit()
    deadlines = {"ROLLCAST_RECEIVE_TIMEOUT_S": str(receive_s), "ROLLCAST_IDLE_TIMEOUT_S": str(idle_s)}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as clients:
        publish(Path(folder))
        with rollcast(Path(folder), **deadlines) as server, answers_of_next_values(server, 4) as running:
            running.wait_for_load()
            begun = time.perf_counter()
            time.sleep(receive_s / 2)
            alone = p99([each.took_s for each in running.answers if each.begun_s > begun])
            # Health is asked on a connection that was there before, and, once all are taken in, on new ones.
            with probing(server.port) as before:
                slow_ones = [clients.enter_context(connect(server.port)) for _ in range(slow)]
                idle_ones = [clients.enter_context(connect(server.port)) for _ in range(idle)]
                first_s = _answered_anew(server.port)
                begun = time.perf_counter()
                with probing(server.port, connect_anew=True) as anew:
                    trickle = threading.Thread(target=_trickle, args=(slow_ones, begun + receive_s / 2), daemon=True)
                    trickle.start()
                    time.sleep(receive_s - 0.5)
                    early = sum(map(is_ended, [*slow_ones, *idle_ones]))
                    beside = p99([each.took_s for each in running.answers if each.begun_s > begun])
                    time.sleep(0.5 + SLACK_S)
                    trickle.join()
                    slow_ended = sum(map(is_ended, slow_ones))
                    time.sleep(max(0.0, begun + idle_s + SLACK_S - time.perf_counter()))
                    idle_ended = sum(map(is_ended, idle_ones))
        failed = len(running.failed())
    yield Bar(
        f"{slow} clients that trickle, {idle} idle ones",
        f"{early} ended early, {slow_ended} and {idle_ended} by their deadlines, {failed} other requests failed",
        "0 early, all by then, 0 failed",
        (early, slow_ended, idle_ended, failed) == (0, slow, idle, 0),
    )
    lost = before.failed + anew.failed
    yield Bar("/healthz beside them fails", str(lost), "never", lost == 0)
    slowest = max(*before.took_s, *anew.took_s)
    yield Bar(
        "/healthz beside them, the slowest",
        f"{1e3 * slowest:.0f} ms; the first new connection behind them in {1e3 * first_s:.0f} ms",
        f"{1e3 * HEALTH_S:.0f} ms",
        slowest <= HEALTH_S,
        timed=True,
    )
    yield Bar("next values' p99 beside them", f"{1e3 * beside:.1f} ms", f"twice {1e3 * alone:.1f} ms alone",
              beside <= 2 * alone, timed=True)  # fmt: skip


def _answered_anew(port: int) -> float:
    """How long a new connection takes to be answered; all that came before it have been taken in by then."""
    begun = time.perf_counter()
    with connect(port) as client:
        client.sendall(request("/healthz"))
        client.recv(1 << 16)
    return time.perf_counter() - begun


def connection_bound(quick: bool) -> Iterator[Bar]:
    """More idle connections than there may be open files: new ones are served all the same."""
    idle = 400
    asked = 50 if quick else 2_000
    with tempfile.TemporaryDirectory() as folder, ExitStack() as clients:
        publish(Path(folder))
        with rollcast(Path(folder), files="256") as server, answers_of_next_values(server, 4) as running:
            running.wait_for_load()
            opened = []
            for _ in range(idle):
                with suppress(OSError):
                    opened.append(clients.enter_context(connect(server.port)))
            served = 0
            for _ in range(asked):
                with connect(server.port) as client, suppress(OSError):
                    client.sendall(request("/healthz"))
                    served += client.recv(100).startswith(b"HTTP/1.1 200")
            ended = sum(map(is_ended, opened))
            failed = len(running.failed())
    yield Bar(
        f"{idle} idle connections where 256 files may be open, then {asked} new ones",
        f"{len(opened)} opened, {ended} of them ended; {served} of the new ones answered, {failed} requests failed",
        f"{idle} opened; all answered, 0 failed",
        (len(opened), served, failed) == (idle, asked, 0) and ended > idle - 256,
    )


def _trickle(clients: list[socket], until_s: float) -> None:
    """Begin a request on each, and go on with it by a byte now and then."""
    for client in clients:
        client.sendall(b"POST /predict HTTP/1.1\r\nHost: drill\r\nX: ")
    while time.perf_counter() < until_s:
        for client in clients:
            with suppress(OSError):
                client.send(b"x")
        time.sleep(0.25)
