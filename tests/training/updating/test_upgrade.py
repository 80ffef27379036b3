"""Versions of before graphs had a loop, which the release before trained: published anew, they answer as they did."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import RefusedVersion
from models.inference.forecaster import Forecaster
from models.registry.registry import Registry
from models.spec.manifest import Golden
from models.spec.manifest_seal import sealed
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from training.errors import RecipeError
from training.updating.upgrade import upgrade

FORMAT_1 = Path(__file__).parents[2] / "support" / "format-1"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    shutil.copytree(FORMAT_1, tmp_path / "registry")
    return Registry.at(tmp_path / "registry")


def rewrite(registry: Registry, change: Callable[[Any], object]) -> None:
    path = Path(registry.storage.location) / "old-window" / "1" / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_bytes(sealed(manifest))


def forecast(forecaster: Forecaster, golden: Golden) -> NDArray[np.float64]:
    times = None if golden.end is None else [TimeIndex(golden.end, parse_frequency("1h"))]
    return forecaster.forecast([golden.window], 60, times=times)


@pytest.mark.parametrize("name", ["old-state", "old-window"])
def test_a_version_is_published_anew_with_a_loop_and_answers_as_before(registry: Registry, name: str) -> None:
    old, before = registry.open(name, 1)
    assert upgrade(registry, name, 1) is not None
    new, after = registry.open(name, 2)
    assert (before.network.loops, after.network.loops) == (False, True)
    assert (old.format_version, new.format_version) == (1, 2)
    for golden in new.goldens:
        assert np.allclose(forecast(before, golden), forecast(after, golden), rtol=1e-4)
    told_old, told_new = (each.model_dump(mode="json") for each in (old, new))
    changed = {key for key in told_old if told_old[key] != told_new[key]}
    assert changed <= {"format_version", "state_sizes", "version", "created_at", "files", "sha256"}
    kept = set(old.files) - {"model.onnx"}
    assert {path: new.files[path] for path in kept} == {path: old.files[path] for path in kept}


def test_a_version_with_todays_graph_is_left_as_it_is(registry: Registry) -> None:
    assert upgrade(registry, "old-window", 1) is not None
    assert upgrade(registry, "old-window", 2) is None
    assert list(registry.listing()["old-window"].versions) == [1, 2]


def test_weights_of_another_network_are_not_published(registry: Registry) -> None:
    folder = Path(registry.storage.location) / "old-window" / "1"
    shutil.copy(FORMAT_1 / "old-state" / "1" / "model.keras", folder)
    other = json.loads((FORMAT_1 / "old-state" / "1" / "manifest.json").read_text())["files"]["model.keras"]
    rewrite(registry, lambda manifest: manifest["files"].update({"model.keras": other}))
    with pytest.raises(RefusedVersion, match="does not hold the weights of the network that its recipe tells"):
        upgrade(registry, "old-window", 1)
    assert list(registry.listing()["old-window"].versions) == [1]


def test_a_recipe_of_another_release_is_told(registry: Registry) -> None:
    rewrite(registry, lambda manifest: manifest["training"]["recipe"]["network"].update({"kind": "esn"}))
    with pytest.raises(RecipeError, match="old-window@1 was trained by another release"):
        upgrade(registry, "old-window", 1)
