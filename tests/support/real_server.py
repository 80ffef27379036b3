"""`rollcast serve` as a process of its own, on a real socket."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A running server: where it listens, and what it has logged so far."""

    process: subprocess.Popen[str]
    url: str = ""
    log: list[str] = field(default_factory=list)
    started_s: float = 0.0

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit status."""
        self.process.send_signal(by)
        return self.process.wait(timeout=20)


def wait_until_ready(server: Server) -> None:
    """Ask until the answer is yes: with several workers, the address is known before anyone listens there."""
    deadline = time.monotonic() + 30
    while True:
        try:
            assert httpx.get(f"{server.url}/readyz", timeout=10).status_code == 200, "".join(server.log)
            return
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "".join(server.log)
            time.sleep(0.02)


@contextmanager
def real_server(*flags: str, registry: Path, **environment: str) -> Iterator[Server]:
    """Serve a registry on a free port until the block ends; ready when the block begins."""
    command = [sys.executable, "-m", "rollcast", "serve", "--port", "0", "--registry", str(registry), *flags]
    begun = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,  # so that its workers can be ended with it, whatever became of it
    ) as process:
        server = Server(process)
        listening = threading.Event()

        def follow() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                server.log.append(line)
                if found := re.search(r"running on (https?://\S+)", line):
                    server.url = found[1]
                    listening.set()
            listening.set()

        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        try:
            listening.wait(30)
            assert server.url, "".join(server.log)
            wait_until_ready(server)
            server.started_s = time.monotonic() - begun
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=20)
            follower.join(timeout=5)
