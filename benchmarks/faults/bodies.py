"""Drill: bodies that would be hundreds of thousands of things to a parser, from eight clients at once."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.harness.bars import Bar
from benchmarks.harness.probe import probing
from benchmarks.harness.processes import Server, rollcast
from benchmarks.harness.published import SHAPES, publish_random
from benchmarks.harness.traffic import Answer, Ask, traffic
from models.registry.registry import Registry

CLIENTS = 8
# More is kept where more bodies are parsed at once, as where other work takes the cores: a quick run is beside some.
KEPT_MB, KEPT_MB_QUICK, SETTLED_S = 20, 40, 10
MB = 1_000_000
# Each about 1 MB, and refused.
BODIES: Mapping[str, bytes] = {
    "340,000 empty windows": b'{"windows":[' + b"[]," * (MB // 3) + b"[]]}",
    "an unknown field of nested empty lists": b'{"x":[' + b"[[[]]]," * (MB // 7) + b"[]]}",
    "200,000 fields": b"{" + b'"":0,' * (MB // 5) + b'"":0}',
    "500,000 values": b'{"window":[' + b"0," * (MB // 2) + b"0]}",
    "a depth of 1,000,000": b'{"window":' + b"[" * MB,
    "as many rows as are let in, the last one bad": b'{"windows":['
    + b",".join([b"[" + b"[1,2]," * 57 + b"[1,2]]"] * 999)
    + b",[null]]}",
}


def drill(quick: bool) -> Iterator[Bar]:
    """Load a server with each kind of body, and look at its memory, its health and its processor time."""
    with tempfile.TemporaryDirectory() as folder:
        publish_random(Registry.at(Path(folder)), "lstm-64", SHAPES["lstm-64"])
        with rollcast(Path(folder)) as server:
            dearest = max((_processor_s(server, body, 2 if quick else 20), name) for name, body in BODIES.items())
            before = server.rss_bytes
            answers: list[Answer] = []
            with probing(server.port) as health:
                for body in BODIES.values():
                    with traffic(server.port, _asking(body), CLIENTS) as running:
                        time.sleep(0.5 if quick else 5)
                    answers += running.answers
            most_mb = KEPT_MB_QUICK if quick else KEPT_MB
            kept_mb = _kept_mb(server, before, most_mb)
    statuses = sorted({answer.status for answer in answers})
    largest = max(len(answer.body) for answer in answers)
    what = f"{len(BODIES)} kinds of bodies of 1 MB from {CLIENTS} clients"
    # 503: the thread that parses has enough to do, which depends on the machine.
    refused = {413, 422} <= set(statuses) <= {413, 422, 503}
    yield Bar(what, f"{len(answers):,} answers: {statuses}", "413 and 422, or 503", refused)
    yield Bar(what, f"{largest} bytes", "answers of at most 4 KiB", largest <= 4096)
    yield Bar(f"{what}: memory kept", f"{kept_mb:.1f} MB", f"within {most_mb} MB", kept_mb < most_mb)
    yield Bar(f"{what}: /healthz fails", str(health.failed), "never", health.failed == 0)
    yield Bar(f"{what}: /healthz p99", f"{1e3 * health.p99_s:.1f} ms", "under 50 ms", health.p99_s < 0.05, timed=True)
    yield Bar(
        f"processor time of one refusal ({dearest[1]})",
        f"{1e3 * dearest[0]:.1f} ms",
        "under 50 ms",
        dearest[0] < 0.05,
        timed=True,
    )


def _kept_mb(server: Server, before: int, most_mb: float) -> float:
    """The memory that the server still has more of once it has had time to give some back, in MB."""
    until = time.monotonic() + SETTLED_S
    while (kept := (server.rss_bytes - before) / 1e6) >= most_mb and time.monotonic() < until:
        time.sleep(0.2)
    return kept


def _asking(body: bytes) -> Ask:
    return lambda _, __: ("/predict", body)


def _processor_s(server: Server, body: bytes, times: int) -> float:
    """The server's processor time for one refusal, the mean of several."""
    before, answers = server.cpu_s, 0
    with traffic(server.port, _asking(body), clients=1) as running:
        while answers < times:
            time.sleep(0.01)
            answers = len(running.answers)
    return (server.cpu_s - before) / len(running.answers)
