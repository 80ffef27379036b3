"""A release publishes by its own code."""

from pathlib import Path

from benchmarks.harness.processes import TODAY
from benchmarks.harness.published import SHAPES
from benchmarks.harness.releases import DEMAND
from benchmarks.peers.release_before import DEMAND_VERSION, published_before
from models.registry.registry import Registry


def test_a_release_publishes_the_measured_networks_in_a_process_of_its_own(tmp_path: Path) -> None:
    release = published_before(TODAY, tmp_path)
    assert set(Registry.at(tmp_path).listing()) == set(SHAPES)
    assert release.published("lstm-64") == (tmp_path, "lstm-64", 1)
    assert release.published(DEMAND) == (TODAY.root / "models" / "artifacts", DEMAND, DEMAND_VERSION)
