"""The transport as uvicorn sees it: closing it is left to the protocol, and a first byte may be sent ahead."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any


class Wire:
    """What uvicorn does with a transport once a connection stands: write, close, ask whether it is closing."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._write: Callable[[Any], None] = transport.write
        self._socket: socket.socket | None = transport.get_extra_info("socket")
        self.write: Callable[[Any], None] = self._write  # the transport's own, so that it costs nothing
        self.close = close
        self.is_closing = transport.is_closing

    def is_refused(self) -> bool:
        """Whether the client has refused what was sent to it, which it does once it is gone."""
        return self._socket is not None and bool(self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def reset_when_closed(self) -> None:
        """Let the kernel throw away what the client has not taken, rather than keep it for minutes."""
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def send_first_byte(self) -> None:
        """Send the first byte of the answer that is still to come: HTTP answers all begin with the same.

        A client that has closed its connection, and one that has only shut its sending side, look alike until
        something is sent to them.
        """
        if self.write is self._write:
            self._write(b"H")
            self.write = self._write_rest

    def _write_rest(self, data: bytes) -> None:
        self.write = self._write
        self._write(data[1:])
