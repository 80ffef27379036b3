"""Clients that speak to a socket themselves: the odd ones, and one that asks for health and takes the time."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException

TIMEOUT_S = 20.0


def connect(port: int) -> socket.socket:
    """A connection to a server on loopback."""
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)


def request(path: str, body: bytes | None = None) -> bytes:
    """The bytes of a GET, or of a POST of JSON."""
    if body is None:
        return f"GET {path} HTTP/1.1\r\nHost: drill\r\n\r\n".encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: drill\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_to_end(client: socket.socket) -> bytes:
    """All that comes until the server ends the connection, or resets it."""
    parts = []
    with suppress(ConnectionError):
        while part := client.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def is_ended(client: socket.socket) -> bool:
    """Whether the server has ended the connection, or reset it; what has come is left unread."""
    looking = select.poll()
    looking.register(client, select.POLLRDHUP)
    return bool(looking.poll(0))


@contextmanager
def asking_for_health(port: int, pause_s: float = 0.01) -> Iterator[list[float]]:
    """Ask for /healthz again and again; the list of how long each took, infinity where it failed."""
    took_s: list[float] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            begun = time.perf_counter()
            client = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
            try:
                client.request("GET", "/healthz")
                took = time.perf_counter() - begun if client.getresponse().status == 200 else float("inf")
            except (OSError, HTTPException):
                took = float("inf")
            finally:
                client.close()
            took_s.append(took)
            time.sleep(pause_s)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield took_s
    finally:
        stop.set()
        thread.join(TIMEOUT_S)


def p99(values: list[float]) -> float:
    """The value that a hundredth is above, or the largest of fewer."""
    return sorted(values)[min(len(values) - 1, round(0.99 * len(values)))] if values else float("inf")
