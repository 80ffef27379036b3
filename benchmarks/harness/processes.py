"""Processes that are measured: `rollcast serve` as it stands, and what it is compared with."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple, TextIO

ROOT = Path(__file__).parents[2]
START_S = 60.0


class Code(NamedTuple):
    """A tree of rollcast's code, and the Python that runs it."""

    root: Path
    python: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this code needs beside the other variables: it imports no other code."""
        return {"PYTHONPATH": str(self.root)}


TODAY = Code(ROOT, sys.executable)


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
    def cpu_s(self) -> float:
        """How long it has kept cores busy, so far."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def end(self, by: signal.Signals = signal.SIGTERM, timeout_s: float = 30.0) -> int:
        """Send it a signal and wait; its exit status, or minus the signal that ended it, as `subprocess` has it."""
        os.kill(self.pid, by)
        deadline = time.perf_counter() + timeout_s
        while time.perf_counter() < deadline:
            ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            if ended is not None:
                return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            time.sleep(0.005)
        raise SystemExit(f"the server did not end within {timeout_s:g} s of {by.name}")

    def workers(self) -> list[int]:
        """The process ids of its workers, oldest first; none where it serves by itself."""
        return [pid for child in _children(self.pid) for pid in _children(child)]

    def forget_peak(self) -> None:
        """Let the peak begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _status(self, key: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return 1024 * int(line.split()[1])
        raise LookupError(key)


def rollcast(registry: Path, *flags: str, files: str = "", **variables: str) -> AbstractContextManager[Server]:
    """`rollcast serve` with its defaults but for these flags and variables; `files` limits how many may be open."""
    return rollcast_of(TODAY, registry, *flags, files=files, **variables)


@contextmanager
def rollcast_of(code: Code, registry: Path, *flags: str, files: str = "", **variables: str) -> Iterator[Server]:
    """The same of another release."""
    port = _free_port()
    limited = ["prlimit", f"--nofile={files}:{files}"] if files else []
    command = [*limited, code.python, "-m", "rollcast", "serve", "--port", str(port)]
    command += ["--registry", str(registry), *flags]
    environment = {"ROLLCAST_LOG_LEVEL": "warning", **code.environment, **variables}
    with _running(command, port, "/readyz", environment, folder=code.root) as server:
        yield server


@contextmanager
def logging_rollcast(registry: Path, log: Path, module: str = "rollcast", **variables: str) -> Iterator[Server]:
    """The same with its log in a file; `module` may stand in for the command."""
    port = _free_port()
    command = [sys.executable, "-m", module, "serve", "--port", str(port), "--registry", str(registry)]
    with log.open("w") as stderr, _running(command, port, "/healthz", variables, stderr) as server:
        yield server


@contextmanager
def under_uvicorn(app: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Another app of this folder, under uvicorn with the settings that rollcast gives it."""
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--factory", "--port", str(port), "--log-level", "warning"]
    flags = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header"]
    with _running([*command, *flags], port, "/", environment) as server:
        yield server


@contextmanager
def _running(
    command: list[str],
    port: int,
    path: str,
    environment: Mapping[str, str] | None = None,
    stderr: TextIO | None = None,
    folder: Path = ROOT,
) -> Iterator[Server]:
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **(environment or {})}, stderr=stderr)
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - begun > START_S:
                raise SystemExit(f"{' '.join(command[:4])} did not start")
            time.sleep(0.005)
        yield Server(process.pid, port, time.perf_counter() - begun)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


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
