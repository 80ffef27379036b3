"""A small soak of a real service and of one that leaks, and how memory is judged."""

import shutil

import pytest

from benchmarks.harness.bars import Bar
from benchmarks.harness.load import Outcome
from benchmarks.harness.processes import Server
from benchmarks.soak import memory


@pytest.mark.parametrize(("growth_mb", "clean", "caught"), [(2, True, False), (40, False, True)])
def test_a_leak_is_told_from_noise(
    monkeypatch: pytest.MonkeyPatch, growth_mb: int, *, clean: bool, caught: bool
) -> None:
    samples = iter([100.0 * 2**20] * 5 + [(100.0 + growth_mb) * 2**20] * 5)
    monkeypatch.setattr(Server, "rss_bytes", property(lambda _: next(samples)))
    monkeypatch.setattr(memory, "put", lambda *_: Outcome(600, 200.0, 0.01, 0.02))
    monkeypatch.setattr("time.sleep", lambda _: None)
    done, growth_bytes = memory.soak(Server(1, 1, 0.0), 1_000)
    assert (done, growth_bytes) == (1_200, growth_mb * 2**20)
    bars: list[Bar] = [memory._growth("x", growth_bytes, 10 << 20, grows=grows) for grows in (False, True)]
    assert [bar.met for bar in bars] == [clean, caught]


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_service_that_leaks_is_told_from_one_that_does_not() -> None:
    bars = list(memory.drill(quick=True))
    assert len(bars) == 3
    assert [bar for bar in bars if not bar.met] == []
