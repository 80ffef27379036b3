"""Requests that never end, that nobody waits for, or whose answers nobody reads."""

import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from benchmarks.faults.signals import answers_of_next_values, publish
from benchmarks.harness.bars import Bar
from benchmarks.harness.probe import probing
from benchmarks.harness.processes import Server, rollcast
from benchmarks.harness.raw_clients import connect, is_ended, read_to_end, request
from service.settings import Settings

FLAT_BYTES = 20 << 20
HEALTH_P99_S = 0.05
GONE_S = 0.2
UNSENT_BYTES = Settings().max_unsent_bytes
LONG, PART_BYTES = request("/static-offline-docs/swagger-ui-bundle.js"), 64 << 10  # some MiB, made in such parts
ROLLOUT = json.dumps({"model": "lstm-300", "window": [0.1] * 10, "horizon": 10_000}).encode()


def endless_heads(quick: bool) -> Iterator[Bar]:
    """A URL, a header and a trailer that never end."""
    size = (20 if quick else 200) << 20
    json_of = b"POST /predict HTTP/1.1\r\nHost: drill\r\nContent-Type: application/json\r\n"
    chunked = json_of + b"Transfer-Encoding: chunked\r\n\r\n"
    begins = {
        "URL": (b"GET /", b"414"),
        "header": (b"GET / HTTP/1.1\r\nHost: drill\r\nX: ", b"431"),
        "trailer": (chunked + b"0\r\nX: ", b"431"),
    }
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder))
        with rollcast(Path(folder)) as server, answers_of_next_values(server, 2) as running:
            running.wait_for_load()
            with probing(server.port, connect_anew=True) as health:
                for name, (begin, status) in begins.items():
                    server.forget_peak()
                    before = server.rss_bytes
                    sent, answer = _send_for_ever(server, begin, size)
                    grown = server.peak_bytes - before
                    yield Bar(
                        f"a {name} of {size >> 20} MiB, without end",
                        f"{answer[9:12].decode() or 'reset'} after {sent >> 10} KiB, memory + {grown >> 20} MiB",
                        f"{status.decode()}, + {FLAT_BYTES >> 20} MiB",
                        answer[9:12] == status and grown < FLAT_BYTES,
                    )
            failed = len(running.failed())
    yield Bar("other requests meanwhile", f"{failed} of {len(running.answers)} failed", "0", failed == 0)
    yield Bar("/healthz meanwhile fails", str(health.failed), "never", health.failed == 0)
    yield Bar("/healthz meanwhile, p99", f"{1e3 * health.p99_s:.1f} ms", f"{1e3 * HEALTH_P99_S:.0f} ms",
              health.p99_s <= HEALTH_P99_S, timed=True)  # fmt: skip


def hung_up(quick: bool) -> Iterator[Bar]:
    """Clients that hang up on a long rollout, with other requests sent behind it, and without."""
    rounds = 2 if quick else 20
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder), "lstm-300")
        with rollcast(Path(folder), ROLLCAST_THREADS="1") as server:
            for behind in (0, 1, 63):
                slowest, gone = 0.0, 0
                for _ in range(rounds):
                    with connect(server.port) as client:
                        client.sendall(request("/predict", ROLLOUT) + request("/healthz") * behind)
                        begins = _wait_for(lambda: _busy(server) > 0.15, 5.0)
                    begun = time.perf_counter()
                    gone += begins and _wait_for(lambda: _busy(server) < 0.05, 3.0)
                    slowest = max(slowest, time.perf_counter() - begun)
                yield Bar(
                    f"a rollout of 10,000 steps with {behind} requests behind it, hung up on {rounds} times",
                    f"{gone} begun and gone",
                    "all",
                    gone == rounds,
                )
                yield Bar("its work is gone", f"{slowest:.2f} s", f"{GONE_S:g} s", slowest <= GONE_S, timed=True)


def unread_answers(quick: bool) -> Iterator[Bar]:
    """Clients that read no answer: some send health requests by the thousand, some ask on and on for a long one."""
    count, send_s = (5, 0.5) if quick else (100, 5.0)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as clients:
        publish(Path(folder))
        bound = (UNSENT_BYTES + PART_BYTES) * count + FLAT_BYTES  # one part may pass the limit
        settings = {"ROLLCAST_SEND_TIMEOUT_S": str(send_s), "ROLLCAST_IDLE_TIMEOUT_S": "60"}
        with rollcast(Path(folder), **settings) as server, answers_of_next_values(server, 2) as running:
            running.wait_for_load()
            for what, ask in (("5,000 health requests", request("/healthz") * 5_000), ("long answers", LONG)):
                server.forget_peak()
                before = server.rss_bytes
                asking = [clients.enter_context(connect(server.port)) for _ in range(count)]
                ended = _ask_and_never_read(asking, ask, send_s + 30)
                time.sleep(1)  # memory comes back at a sweep
                grown, kept = server.peak_bytes - before, server.rss_bytes - before
                yield Bar(
                    f"{count} clients that ask for {what} and read nothing",
                    f"{ended} ended, memory + {grown >> 20} MiB, {kept >> 20} kept",
                    f"all ended; + {bound >> 20}, {FLAT_BYTES >> 20} kept",
                    ended == count and grown < bound and kept < FLAT_BYTES,
                )
            failed = len(running.failed())
    yield Bar("other requests meanwhile", f"{failed} of {len(running.answers)} failed", "0", failed == 0)


def _ask_and_never_read(clients: list[socket.socket], ask: bytes, within_s: float) -> int:
    """Send a request again and again; how many connections the server has ended after so long."""
    for client in clients:
        client.setblocking(False)
    begun = time.perf_counter()
    while time.perf_counter() - begun < within_s and not all(map(is_ended, clients)):
        for client in clients:
            with suppress(OSError):
                client.send(ask)
        time.sleep(0.02)
    return sum(map(is_ended, clients))


def _send_for_ever(server: Server, begin: bytes, size: int) -> tuple[int, bytes]:
    """Send a beginning and then `size` bytes, or until the connection breaks; how many went out, and the answer."""
    answer: list[bytes] = []
    with connect(server.port) as client:
        reader = threading.Thread(target=lambda: answer.append(read_to_end(client)), daemon=True)
        reader.start()
        client.sendall(begin)
        sent = 0
        with suppress(OSError):
            while sent < size:
                client.sendall(b"x" * (1 << 16))
                sent += 1 << 16
        reader.join(20)
    return sent, answer[0] if answer else b""


def _busy(server: Server, over_s: float = 0.05) -> float:
    """How much of a core the server takes at the moment."""
    before = server.cpu_s
    begun = time.perf_counter()
    time.sleep(over_s)
    return (server.cpu_s - before) / (time.perf_counter() - begun)


def _wait_for(holds: Callable[[], bool], timeout_s: float) -> bool:
    """Look until it holds; whether it does in time."""
    deadline = time.perf_counter() + timeout_s
    while not holds():
        if time.perf_counter() > deadline:
            return False
        time.sleep(0.005)
    return True
