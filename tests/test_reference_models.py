"""The models that come with the repository: whole, small, and nothing beside them."""

import subprocess
from pathlib import Path

import pytest

from models.registry import Registry
from training.cookbook import load_recipe

ROOT = Path(__file__).parents[1]
ARTIFACTS = ROOT / "models" / "artifacts"
NAMES = ["sine-lstm", "sine-simple-rnn", "victoria-demand"]


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", ARTIFACTS], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_a_reference_model_replays_its_goldens_and_is_its_recipes(name: str) -> None:
    manifest, _ = Registry(ARTIFACTS).open(name, 1)
    assert len(manifest.goldens) == 3
    recipe = load_recipe(name)
    told = manifest.training.recipe
    assert (manifest.kind, manifest.units, manifest.window, manifest.lead) == (
        recipe.network.kind,
        recipe.network.units,
        recipe.windows.window,
        recipe.windows.lead,
    )
    assert told["fit"] == recipe.model_dump(mode="json")["fit"]
    assert told["fit"]["seed"] == 0


def test_they_are_small() -> None:
    sizes = [path.stat().st_size for path in committed()]
    assert max(sizes) < 2 << 20
    assert sum(sizes) < 6 << 20


def test_git_holds_exactly_their_files() -> None:
    expected = {ARTIFACTS / name / "1" / "manifest.json" for name in NAMES}
    for name in NAMES:
        expected |= {ARTIFACTS / name / "1" / file for file in Registry(ARTIFACTS).manifest(name, 1).files}
    assert set(committed()) == expected
