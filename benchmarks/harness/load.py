"""Load from wrk, a generator that takes little of the cores it shares with the server."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.harness.processes import Server
from benchmarks.harness.published import SHAPES

WARM_UP_S = 0.5
LONGEST_S = 60  # whatever becomes of us
SCRIPT = Path(__file__).with_name("load.lua")


class Load(NamedTuple):
    """What clients without pause ask for."""

    model: str
    connections: int
    horizon: int | Sequence[int] = 1  # or several, which take turns
    window: int | None = None  # that of the measured network by default
    key: str = ""  # an API key, where the server asks for one
    protocol: Literal["predict", "infer"] = "predict"  # rollcast's own, or the Open Inference Protocol
    seasons: Sequence[int] = ()  # of the windows, told with them; rollcast's own protocol alone


class Outcome(NamedTuple):
    """What a run of the generator saw."""

    requests: int
    rate: float  # requests per second
    p50_s: float
    p99_s: float


def check_wrk() -> None:
    """Stop with a word of advice where the generator is missing."""
    if shutil.which("wrk") is None:
        raise SystemExit(
            "the benchmarks need the load generator wrk: apt install wrk (Debian, Ubuntu), dnf install wrk (Fedora), "
            "brew install wrk (macOS), or https://github.com/wg/wrk"
        )


def put(load: Load, server: Server, seconds: float) -> Outcome:
    """Load a server for so long. Stops where any request failed."""
    with _wrk(load, server) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)  # it stops and tells; its own durations are whole seconds
        output, _ = process.communicate(timeout=30)
    seen = json.loads(output.splitlines()[-1])
    if seen["errors"]:
        raise SystemExit(f"{load}: {seen['errors']} of {seen['requests']} requests failed")
    if not seen["requests"]:
        return Outcome(0, 0.0, seconds, seconds)  # it took longer than that
    return Outcome(
        seen["requests"], 1e6 * seen["requests"] / seen["duration_us"], seen["p50_us"] / 1e6, seen["p99_us"] / 1e6
    )


def warm_up(load: Load, server: Server) -> None:
    """Load a server for a moment, whatever comes of it."""
    with _wrk(load, server):
        time.sleep(WARM_UP_S)


@contextmanager
def behind(load: Load, server: Server) -> Iterator[None]:
    """Load a server in the background."""
    with _wrk(load, server):
        yield


@contextmanager
def _wrk(load: Load, server: Server) -> Iterator[subprocess.Popen[str]]:
    window = load.window or SHAPES[load.model].window
    horizons = [load.horizon] if isinstance(load.horizon, int) else load.horizon
    asked = [load.protocol, load.model, str(window), _joined(horizons), _joined(load.seasons), load.key]
    flags = ["--threads", "1", "--connections", str(load.connections), "--duration", f"{LONGEST_S}s"]
    flags += ["--timeout", "30s", "--script", str(SCRIPT)]
    command = ["wrk", *flags, f"http://127.0.0.1:{server.port}", "--", *asked]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _joined(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
