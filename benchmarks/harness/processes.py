"""Processes that are measured: `rollcast serve` as it stands, and what it is compared with."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
START_S = 60.0


class Server(NamedTuple):
    """A server that answers on loopback, and how long it took until then."""

    pid: int
    port: int
    started_s: float

    @property
    def rss_bytes(self) -> int:
        """Its resident memory now."""
        return self._status("VmRSS")

    @property
    def peak_bytes(self) -> int:
        """The most resident memory that it has had since it started, or since `forget_peak`."""
        return self._status("VmHWM")

    @property
    def processor_s(self) -> float:
        """The processor time that it has taken so far, in all its threads that still run."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def forget_peak(self) -> None:
        """Let the peak begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _status(self, key: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return 1024 * int(line.split()[1])
        raise LookupError(key)


@contextmanager
def rollcast(registry: Path, *flags: str, **variables: str) -> Iterator[Server]:
    """`rollcast serve` with its defaults but for these flags and variables."""
    port = _free_port()
    command = ["-m", "rollcast", "serve", "--port", str(port), "--registry", str(registry), *flags]
    with _running(command, port, "/readyz", {"ROLLCAST_LOG_LEVEL": "warning", **variables}) as server:
        yield server


@contextmanager
def under_uvicorn(app: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Another app of this folder, under uvicorn with the settings that rollcast gives it."""
    port = _free_port()
    command = ["-m", "uvicorn", app, "--factory", "--port", str(port), "--log-level", "warning"]
    flags = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header"]
    with _running([*command, *flags], port, "/", environment) as server:
        yield server


@contextmanager
def _running(
    arguments: list[str], port: int, path: str, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **(environment or {})})
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - begun > START_S:
                raise SystemExit(f"{' '.join(arguments[:3])} did not start")
            time.sleep(0.005)
        yield Server(process.pid, port, time.perf_counter() - begun)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
