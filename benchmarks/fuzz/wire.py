"""Sending requests as bytes, whatever they say, and measuring what each costs the server."""

import socket
import time
from http.client import HTTPException, HTTPResponse

from benchmarks.fuzz.contract import Reply
from benchmarks.fuzz.mutations import Case

TIMEOUT_S = 20.0


class Wire:
    """One connection to a server, opened again whenever the server has ended it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, case: Case) -> Reply:
        """Send a request and read its answer. Raises OSError and HTTPException where there is none."""
        lines = [f"{case.method} {case.path} HTTP/1.1", "Host: localhost", *case.headers]
        lines.append(f"Content-Length: {len(case.body)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        for attempt in (1, 2):
            again = self._socket is not None
            connection = self._socket or socket.create_connection(("127.0.0.1", self._port), TIMEOUT_S)
            self._socket = connection
            try:
                connection.sendall(head + case.body)
                return self._read(connection, case.method)
            except (OSError, HTTPException):
                self.close()
                # A kept connection may have been ended by the server before this request: that is no answer to it.
                if not again or attempt == 2:
                    raise
        raise AssertionError

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _read(self, connection: socket.socket, method: str) -> Reply:
        response = HTTPResponse(connection, method=method)
        response.begin()
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        response.close()
        if headers.get("connection") == "close":
            self.close()
        return Reply(response.status, headers, body)


def cpu_s(pid: int) -> float:
    """The processor time that a process has taken so far, of all its threads, in seconds (Linux)."""
    return time.clock_gettime(((~pid) << 3) | 2)  # the clock that clock_getcpuclockid(3) names
