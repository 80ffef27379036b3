"""Signals under load, in small: the drills of benchmarks/faults/signals.py in one go."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from benchmarks.faults import signals

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_is_lost_but_those_of_a_worker_that_is_killed(tmp_path: Path, workers: int) -> None:
    signals.publish(tmp_path)
    with signals.serving(tmp_path, workers) as server, signals.answers_of_next_values(server) as running:
        running.wait_for_load()
        before = server.workers()
        for _ in range(3):
            os.kill(server.pid, signal.SIGHUP)
            time.sleep(0.1)
        assert running.failed() == []
        assert server.workers() == before
        its_own = 0
        if workers > 1:
            first, _ = signals.both_serve(server)
            its_own = signals.connections_of(first, server.port)
            os.kill(first, signal.SIGKILL)
            signals.both_serve(server, but=first)
        assert len(running.failed()) <= its_own
        known = len(running.failed())
        running.wait_for_load()
        assert server.end() == 0
    assert len(signals.lost(running)) == known
