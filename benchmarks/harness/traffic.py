"""Clients that ask without pause while something happens to the server, and keep what each request came to."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

TIMEOUT_S = 30.0
NO_ANSWER = 0
MIN_RATE = 100.0  # requests per second before a fault; a run below proves nothing, as etcd's robustness tests have it


class Answer(NamedTuple):
    """What one request came to; `status` is NO_ANSWER where the connection broke first, and `error` says how.

    `connected` tells whether the connection stood before the request was sent: a new one may be refused, which loses
    nothing that was accepted.
    """

    begun_s: float
    took_s: float
    status: int
    body: bytes = b""
    error: str = ""
    connected: bool = True
    retry_after: str | None = None


# The path and the JSON body of each client's next request, by the client's number and the request's.
Ask = Callable[[int, int], tuple[str, bytes]]


class Traffic:
    """The answers so far, while clients run."""

    def __init__(self) -> None:
        self.begun_s = time.perf_counter()
        self.answers: list[Answer] = []
        self._stop = threading.Event()

    def rate(self, last_s: float = 1.0) -> float:
        """Answers with status 200 per second, over the last moments."""
        now = time.perf_counter()
        since = max(self.begun_s, now - last_s)
        count = sum(each.status == 200 and each.begun_s + each.took_s >= since for each in list(self.answers))
        return count / max(now - since, 1e-9)

    def wait_for_load(self, timeout_s: float = 20.0) -> float:
        """Wait until there are MIN_RATE requests a second; their rate. Raises SystemExit where they never come."""
        deadline = time.perf_counter() + timeout_s
        time.sleep(0.3)
        while (rate := self.rate(0.3)) < MIN_RATE:
            if time.perf_counter() > deadline:
                raise SystemExit(f"void: {rate:.0f} requests/s before the fault, at least {MIN_RATE:.0f} are needed")
            time.sleep(0.05)
        return rate

    def failed(self) -> list[Answer]:
        """The answers that are no 200."""
        return [each for each in list(self.answers) if each.status != 200]


@contextmanager
def traffic(
    port: int, ask: Ask, clients: int = 4, headers: dict[str, str] | None = None, pause_s: float = 0
) -> Iterator[Traffic]:
    """Clients on kept-alive connections, each asking again as soon as it was answered."""
    running = Traffic()
    threads = [
        threading.Thread(target=_client, args=(running, port, ask, number, headers or {}, pause_s), daemon=True)
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running._stop.set()
        for thread in threads:
            thread.join(TIMEOUT_S)


def _client(running: Traffic, port: int, ask: Ask, client: int, headers: dict[str, str], pause_s: float) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    number = 0
    while not running._stop.is_set():
        path, body = ask(client, number)
        number += 1
        begun = time.perf_counter()
        connected = connection.sock is not None
        try:
            if not connected:
                connection.connect()
                connected = True
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            connection.close()
            took = time.perf_counter() - begun
            running.answers.append(Answer(begun, took, NO_ANSWER, error=repr(error), connected=connected))
            time.sleep(0.02)
        else:
            took = time.perf_counter() - begun
            again = response.headers.get("Retry-After")
            running.answers.append(Answer(begun, took, response.status, content, retry_after=again))
        if pause_s:
            time.sleep(pause_s)
    connection.close()
