"""Odd clients, which speak to a socket themselves."""

import select
import socket
from contextlib import suppress

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
