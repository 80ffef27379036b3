"""A serving process as its clients and its operator meet it."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.real_server import Server, real_server

WINDOW = [1.0, 2.0, 3.0, 4.0]
LONG = json.dumps({"model": "tiny", "windows": [WINDOW] * 50, "horizon": 10_000}).encode()
LONGER = json.dumps({"model": "tiny", "windows": [WINDOW] * 50, "horizon": 1_000}).encode()
SHORT = json.dumps({"model": "tiny", "window": WINDOW}).encode()
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def server(registry_path: Path) -> Iterator[Server]:
    deadlines = {"ROLLCAST_IDLE_TIMEOUT_S": "1.5", "ROLLCAST_RECEIVE_TIMEOUT_S": "1"}
    with real_server(registry=registry_path, **deadlines) as server:
        yield server


def connect(server: Server) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=20)


def post(body: bytes, version: str = "1.1", more: str = "") -> bytes:
    head = f"POST /predict HTTP/{version}\r\nHost: x\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def read_to_end(client: socket.socket) -> bytes:
    answer = b""
    with suppress(ConnectionError):
        while part := client.recv(1 << 16):
            answer += part
    return answer


def cpu_s(server: Server) -> float:
    tasks = Path(f"/proc/{server.process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("body", [SHORT, LONGER], ids=["short", "long"])
def test_who_only_listens_any_more_gets_the_answer_and_the_end(server: Server, version: str, body: bytes) -> None:
    with connect(server) as client:
        client.sendall(post(body, version))
        client.shutdown(socket.SHUT_WR)
        answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    json.loads(answer.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("behind", [0, 1, 64])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_who_hangs_up_leaves_no_work_behind(server: Server, behind: int, version: str) -> None:
    for _ in range(4):  # by far more work than what is left of it may take
        with connect(server) as client:
            client.sendall(post(LONG, version, "Connection: keep-alive\r\n") + ALIVE * behind)
            time.sleep(0.1)
    time.sleep(0.3)
    before = cpu_s(server)
    time.sleep(0.2)
    assert cpu_s(server) - before < 0.1


def test_every_request_that_was_sent_ahead_is_answered(server: Server) -> None:
    with connect(server) as client:
        client.sendall(ALIVE * 30 + ALIVE.replace(b"Host", b"Connection: close\r\nHost"))
        assert read_to_end(client).count(b'{"status":"alive"}') == 31


def test_head_is_answered_like_get_without_the_body(server: Server) -> None:
    for path in ("/healthz", "/models", "/openapi.json"):
        head, get = httpx.head(f"{server.url}{path}"), httpx.get(f"{server.url}{path}")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(get.content))
    assert httpx.head(f"{server.url}/predict").status_code == 405


def test_deadlines_end_who_sends_nothing_and_who_does_not_finish(server: Server) -> None:
    with connect(server) as silent, connect(server) as slow, connect(server) as unfinished, connect(server) as kept:
        slow.sendall(b"GET /healthz HT")
        unfinished.sendall(post(SHORT)[:-1])
        kept.sendall(ALIVE)
        begun = time.monotonic()
        assert read_to_end(slow).startswith(b"HTTP/1.1 408 ")
        assert read_to_end(unfinished).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begun > 0.9
        assert read_to_end(silent) == b""
        assert read_to_end(kept).endswith(b'{"status":"alive"}')
        assert 1.4 < time.monotonic() - begun < 10


def test_once_told_to_stop_it_is_not_ready_and_answers_what_is_on_its_way(registry_path: Path) -> None:
    with real_server(registry=registry_path) as server, connect(server) as idle, connect(server) as working:
        with connect(server) as ready, connect(server) as early:
            working.sendall(post(LONG))
            for client in (idle, ready):
                client.sendall(ALIVE)
                while not client.recv(1000).endswith(b"}"):
                    """Until the answer is there."""
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            ready.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = read_to_end(ready)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"urn:rollcast:problem:stopping" in answer
            early.sendall(post(SHORT))
            assert read_to_end(early).startswith(b"HTTP/1.1 200 ")
        idle.sendall(ALIVE)
        answer = read_to_end(idle)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close" in answer
        assert read_to_end(working).startswith(b"HTTP/1.1 200 ")
        assert server.process.wait(timeout=20) == 0


def test_a_second_signal_ends_it_at_once(registry_path: Path) -> None:
    with real_server(registry=registry_path, ROLLCAST_SHUTDOWN_TIMEOUT_S="60") as server, connect(server) as waiting:
        waiting.sendall(post(SHORT)[:-1])  # a request that will not come to its end
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(Exception, match="timed out"):
            server.process.wait(timeout=1.5)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=10) == 0
