"""Several workers: what becomes of them when they, or their supervisor, come to an end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnContext
from pathlib import Path

import pytest
import uvicorn

from service.process.supervisor import LONGEST_PAUSE_S, Slot
from service.settings import Settings
from tests.support.real_server import ROOT, Server, real_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


@pytest.fixture
def server(registry_path: Path) -> Iterator[Server]:
    with real_server("--workers", "2", registry=registry_path) as server:
        wait_until(lambda: sum("Application startup complete" in line for line in server.log) >= 2)
        yield server


def wait_until(holds: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def workers(server: Server) -> list[int]:
    return [grandchild for child in children(server.process.pid) for grandchild in children(child)]


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_workers_end_with_a_supervisor_that_is_killed(server: Server) -> None:
    pids = workers(server)
    assert len(pids) == 2
    server.process.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_terminal_that_interrupts_all_its_processes_ends_them_in_good_order(server: Server) -> None:
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(timeout=20) == 0
    assert not [line for line in server.log if "Traceback" in line or "died" in line]


HOPELESS = """
import uvicorn
from service.process import listeners
from service.process.supervisor import Supervisor
from service.settings import Settings
Supervisor(uvicorn.Config("nowhere:app"), Settings(workers=2), listeners.bind("127.0.0.1", 0)).run()
"""


def test_where_no_worker_comes_up_the_service_ends_with_an_error() -> None:
    command = [sys.executable, "-c", HOPELESS]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "RollcastError: no worker came up; the log above says why" in result.stderr


def test_a_worker_that_does_not_come_up_is_started_again_after_longer_and_longer(tmp_path: Path) -> None:
    slot = Slot(SpawnContext(), uvicorn.Config("nowhere:app", log_config=None), Settings(registry=tmp_path), [])
    assert slot.pause_s == 0
    slot.process.join(30)
    slot.bury()
    assert (slot.failures, slot.pause_s) == (1, 1)
    slot.failures = 3
    assert slot.pause_s == 4
    slot.failures = 100
    assert slot.pause_s == LONGEST_PAUSE_S
