"""What a timed work answers, and real works of today's release."""

from pathlib import Path

import pytest

from benchmarks.harness.own_process import read_seconds, timing
from benchmarks.harness.processes import TODAY
from benchmarks.harness.published import publish_random, spec
from benchmarks.harness.releases import Published
from models.registry.registry import Registry


@pytest.mark.parametrize("answer", ['{"seconds": 0.25}\n', 'a library says hello\n{"seconds": 0.25}\n'])
def test_the_last_line_tells_the_seconds(answer: str) -> None:
    assert read_seconds(answer) == 0.25


@pytest.mark.parametrize("answer", ["", "hello\n", '{"seconds": null}\n', "{}\n", '{"seconds": 1}\nbye\n', "[1]\n"])
def test_anything_else_is_no_answer(answer: str) -> None:
    with pytest.raises(SystemExit, match="a timed work should end with"):
        read_seconds(answer)


def test_a_work_is_timed_in_a_process_of_its_own(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_random(registry, "tiny", spec("lstm", 3, 4))
    publish_random(registry, "tiny-state", spec("lstm", 3, 4, "state"))
    tiny, carried = Published(tmp_path, "tiny"), Published(tmp_path, "tiny-state")
    assert 0 < timing(TODAY, "window", tiny, times=5)() < 1
    assert 0 < timing(TODAY, "step", carried, times=5)() < 1
    assert 0 < timing(TODAY, "rollout", carried, horizon=20)() < 10
    assert 0 < timing(TODAY, "backtest", tiny, horizon=2)() < 60
    with pytest.raises(SystemExit, match="window of tiny ended with status 1: see what it said above"):
        timing(TODAY, "window", tiny._replace(version=2))()
