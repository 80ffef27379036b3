"""Requests each with names, paths, methods and headers that never came before: no new metric series, no forged line."""

import json
import tempfile
import time
from collections.abc import Iterable
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import logging_rollcast
from benchmarks.harness.published import SHAPES, publish_random
from models.registry.registry import Registry

FULL, QUICK = 100_000, 1_000
PRIMING = 400  # requests after which every kind has come, and all series are there
CLIENTS = 4
MODEL = "simple-rnn-100"
LOG_WAIT_S = 20.0
OWN = (b'"path":"/metrics"', b'"path":"/healthz"')  # what the drill itself asks

# What would break a line, hide it, or end a JSON text, as a path can carry it.
_TRICKS = (
    '%0D%0A{"level":"info"}',
    "%0AINFO:%20%20forged",
    "%1B[2J%1B[31m",
    "%00",
    "%E2%80%A8%C2%85",
    '"}',
    "\\\\u000a",
    "%FF%FE",
    "..%2F..%2F",
    "x" * 3000,
)
_METHODS = ("GET", "DELETE", "PATCH", "PROPFIND", "MKCOL", "REPORT", "LOCK", "PUT", "OPTIONS")


class Odd(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None


def odd(number: int) -> Odd:
    """A request that is like no other: by turns its path, the name in it, the model that it asks, its headers."""
    trick = _TRICKS[number % len(_TRICKS)]
    headers = {
        f"X-Odd-{number}": "1",
        "X-Request-ID": f'{number}\t"\\u000a\xff' if number % 2 else f"id-{number}",
        "traceparent": f"00-{number:032x}-{number:016x}-01" if number % 3 else f'00-"{number}"',
        "User-Agent": f"odd/{number}",
    }
    match number % 4:
        case 0:
            return Odd(_METHODS[number // 4 % len(_METHODS)], f"/{number}{trick}?{number}", headers)
        case 1:
            return Odd("GET", f"/models/{number}{trick}", headers)
        case 2:
            return Odd("GET", f"/models/{MODEL}/versions/{number}/traffic", headers)
        case _:
            body = json.dumps({"model": f"m{number}\r\n\x1b[31m{number}", "window": [number]}).encode()
            return Odd("POST", "/predict", {"Content-Type": "application/json", **headers}, body)


def drill(quick: bool) -> Iterable[Bar]:
    """Send them all over a few connections; count the series before and after, and the lines."""
    count = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="rollcast-faults-") as name:
        folder = Path(name)
        publish_random(Registry.at(folder / "registry"), MODEL, SHAPES[MODEL])
        log = folder / "log"
        with logging_rollcast(folder / "registry", log, ROLLCAST_LOG_FORMAT="json") as server:
            _send(server.port, range(PRIMING))
            before = series(server.port)
            threads = [
                Thread(target=_send, args=(server.port, range(PRIMING + each, PRIMING + count, CLIENTS)))
                for each in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            after = series(server.port)
            lines = _lines(log, PRIMING + count)
    new = len(after - before)
    yield Bar(f"{count} distinct names, paths, methods, headers: new metric series", str(new), "0", new == 0)
    odd_lines = sum(not _is_whole(line) for line in lines)
    told = sum(b'"rollcast.access"' in line and not any(own in line for own in OWN) for line in lines)
    yield Bar("the same: lines of the log that are no whole JSON object", str(odd_lines), "0", odd_lines == 0)
    expected = PRIMING + count
    yield Bar("the same: lines for each request", f"{told / expected:g}", "1", told == expected)


def series(port: int) -> set[str]:
    """Every series of a server's metrics, without its value."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(2):  # the first answer makes the series of its own route
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    connection.close()
    return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}


def _send(port: int, numbers: Iterable[int]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for number in numbers:
        request = odd(number)
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 500:
            raise SystemExit(f"{request.method} {request.path[:80]} was answered with {answer.status}")
    connection.close()


def _lines(log: Path, count: int) -> list[bytes]:
    """The log's lines, once there are as many, or no more come."""
    deadline = time.monotonic() + LOG_WAIT_S
    while (text := log.read_bytes()).count(b"\n") < count and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.3)
    text = log.read_bytes()
    return text.removesuffix(b"\n").split(b"\n")


def _is_whole(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return False
    shows = len(line.decode().splitlines()) == 1 and b"\x1b" not in line
    return isinstance(record, dict) and shows
