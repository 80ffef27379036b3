"""What watching costs is measured on a service that is watched."""

import re
import shutil

import pytest

from benchmarks.measures import telemetry_cost


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is missing")
def test_the_measured_service_asks_for_keys_and_logs_each_request() -> None:
    (bar,) = telemetry_cost.drill(quick=True)
    assert "metrics, JSON logs and API keys" in bar.what
    share, rate, lines = (
        float(found[1])
        for name in ("^", "with /s ", "lines ")
        if (found := re.search(rf"{name}([\d.]+)", bar.measured))
    )
    assert share > 0
    assert lines > 0.4 * rate > 40  # of half a second, and of the warming up
