"""The models that come with the repository: whole, small, and nothing beside them."""

import subprocess
from pathlib import Path

import pytest

from models.registry.registry import Registry
from tests.support.reference import ARTIFACTS, REFERENCE_MODELS, ROOT
from training.recipes.loader import load_recipe
from training.recipes.recipe import Recipe


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", ARTIFACTS], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


@pytest.mark.parametrize(("name", "version"), REFERENCE_MODELS.items())
def test_a_reference_model_replays_its_goldens_and_is_its_recipes(name: str, version: int) -> None:
    manifest, _ = Registry.at(ARTIFACTS).open(name, version)
    assert len(manifest.goldens) == 3
    recipe = load_recipe(name)
    told = manifest.training.recipe
    assert (manifest.spec.kind, manifest.spec.units, manifest.spec.window, manifest.spec.lead) == (
        recipe.network.kind,
        recipe.network.units,
        recipe.windows.window,
        recipe.windows.lead,
    )
    # A recipe has gained values since; what they are by default is what it did.
    assert Recipe.parsed({**told, "name": name}) == recipe
    assert told["fit"]["seed"] == 0


def test_they_are_small() -> None:
    sizes = [path.stat().st_size for path in committed()]
    assert max(sizes) < 2 << 20
    assert sum(sizes) < 6 << 20


def test_git_holds_exactly_their_files() -> None:
    expected = set()
    for name, version in REFERENCE_MODELS.items():
        folder = ARTIFACTS / name / str(version)
        expected |= {folder / file for file in ("manifest.json", *Registry.at(ARTIFACTS).manifest(name, version).files)}
    assert set(committed()) == expected
