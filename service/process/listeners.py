"""The sockets that new connections come to."""

import ctypes
import logging
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

from models.errors import RollcastError

# Linux's classic socket filter: drop a packet whose TCP flags have SYN, take any other.
_SO_ATTACH_FILTER = 26
_DROP_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))

log = logging.getLogger("rollcast")


def bind(host: str, port: int) -> list[socket.socket]:
    """Sockets for every address of a host; they don't listen yet. Raises RollcastError where one can't be had."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            listener = socket.socket(family, kind, protocol)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(address)
    except OSError as error:
        for listener in sockets:
            listener.close()
        raise RollcastError(
            f"{host}:{port} can't be listened on: {error.strerror}; choose another with --host and --port"
        ) from error
    return sockets


def url_of(listener: socket.socket, *, tls: bool) -> str:
    """Where clients find it."""
    host, port = listener.getsockname()[:2]
    named = f"[{host}]" if listener.family == socket.AF_INET6 else host
    return f"{'https' if tls else 'http'}://{named}:{port}"


def tell(listeners: Iterable[socket.socket], *, tls: bool) -> None:
    """Log where clients find the service."""
    urls = ", ".join(url_of(listener, tls=tls) for listener in listeners)
    log.info("running on %s (Ctrl-C stops it)", urls)


def let_none_begin(listeners: Iterable[socket.socket]) -> None:
    """Let no new connection begin, while those that the kernel has begun can still be accepted.

    Closing a listening socket resets what waits in it, and there is always something between the last look and the
    closing. Elsewhere than on Linux nothing happens here.
    """
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in _DROP_SYN)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(_DROP_SYN), ctypes.addressof(buffer))
    for listener in listeners:
        with suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
