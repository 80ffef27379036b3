"""Where faults are done: a server with models and clients, and the means to look at what it says."""

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.harness.processes import Server
from benchmarks.harness.published import SHAPES, publish_random
from benchmarks.harness.raw_clients import connect, read_to_end, request
from models.registry.registry import Registry

SHAPE = SHAPES["simple-rnn-100"]
WINDOW = np.sin(np.arange(SHAPE.context_length) / 10)  # that of the goldens
SEEN_S = 15.0  # what the service has not noticed by then, it does not notice


class Unexpected(Exception):
    """A fault had another effect than it should."""


class Stage(NamedTuple):
    """A registry with `steady` and `changing`, each at version 1, and what is needed to change it.

    `spare` holds a version 2 of `changing` that was never in the registry. `first` has the first prediction of each
    version for `WINDOW`.
    """

    server: Server
    registry: Path
    spare: Path
    first: dict[tuple[str, int], float]

    def is_right(self, body: bytes) -> bool:
        """Whether an answer's first prediction is that of the version that it names."""
        content = json.loads(body)
        return bool(abs(content["predictions"][0] - self.first[content["model"], content["version"]]) < 1e-4)

    def send(self, content: bytes, *statuses: int, half_close: bool = False) -> bytes:
        """Send bytes on a connection of their own; the answer, whose status must be one of these.

        0 stands for an end without an answer.
        """
        with connect(self.server.port) as client:
            with suppress(ConnectionError):  # refused before it was sent whole
                client.sendall(content)
                if half_close:
                    client.shutdown(socket.SHUT_WR)
            if half_close or b"connection: close" in content.lower():
                answer = read_to_end(client)
            else:
                answer = client.recv(1 << 16)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0
        if status not in statuses:
            raise Unexpected(f"{content[:60]!r} came to {answer[:200]!r}, not to {statuses}")
        return answer

    def refused(self, body: bytes, *statuses: int) -> None:
        """Send a body to POST /predict, which must be refused with one of these statuses."""
        self.send(request("/predict", body).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1), *statuses)

    def ready(self) -> dict[str, Any]:
        """What /readyz says. Raises Unexpected where it says that the service is not ready."""
        client = HTTPConnection("127.0.0.1", self.server.port, timeout=SEEN_S)
        try:
            client.request("GET", "/readyz")
            response = client.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            raise Unexpected(f"/readyz: {error!r}") from error
        finally:
            client.close()
        if response.status != 200:
            raise Unexpected(f"/readyz says {response.status}: {content[:200]!r}")
        document: dict[str, Any] = json.loads(content)
        return document

    def until(self, done: Callable[[dict[str, Any]], bool]) -> None:
        """Tell the service to look at its registry, and wait until /readyz says what is expected."""
        os.kill(self.server.pid, signal.SIGHUP)
        deadline = time.perf_counter() + SEEN_S
        while not done(now := self.ready()):
            if time.perf_counter() > deadline:
                raise Unexpected(f"not noticed: {json.dumps(now)[:400]}")
            time.sleep(0.01)

    def put(self, damage: Callable[[Path], None], name: str = "changing") -> Path:
        """Put version 2 into the registry, damaged beforehand, in one step."""
        aside, target = self.registry / name / ".aside", self.registry / name / "2"
        for left in (aside, target):  # by a fault that went wrong
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(self.spare / "changing" / "2", aside)
        damage(aside)
        aside.rename(target)
        return target

    def take_away(self, target: Path) -> None:
        """Remove what was put, and wait until version 1 is all that is spoken of."""
        target.rename(target.with_name(".aside"))
        shutil.rmtree(target.with_name(".aside"))
        self.until(lambda ready: ready["references"]["changing"] == 1 and not ready["refused"])


def publish(registry: Path, spare: Path) -> dict[tuple[str, int], float]:
    """Publish what a stage holds; the first prediction of each version."""
    first: dict[tuple[str, int], float] = {}
    for root, name, seed in (
        (registry, "steady", 1),
        (registry, "changing", 2),
        (spare, "changing", 3),
        (spare, "changing", 4),
    ):
        manifest = publish_random(Registry.at(root), name, SHAPE, seed)
        if root == registry or manifest.version == 2:
            first[name, manifest.version] = manifest.goldens[0].predictions[0][0]
    return first
