"""Whole runs that start from a model for any series: by the command, and by what comes after a training."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from models.registry.registry import Registry
from models.spec.manifest import Manifest
from rollcast import train as local_train
from rollcast.cli import app
from tests.support.any_series.pretrained import TRAINED_ON, write_waves
from training import plain
from training.errors import RecipeError
from training.pipeline import train
from training.plain import train_plain
from training.recipes.recipe import Recipe
from training.updating.calibrate import recalibrate
from training.updating.newer_rows import read_newer_rows
from training.updating.update import update
from training.updating.upgrade import upgrade
from training.updating.version_comparison import OpenModel, compare_versions

ROWS, NEWER = 150, 190
QUICK: dict[str, Any] = {"epochs": 2, "batches": 2, "learn_on": 1, "season": [12], "horizon": 6, "name": "waves"}
FROM = {**QUICK, "start_from": "any-series"}
SHAPE = {"window": 16, "outputs": 8, "units": [5], "decoder_units": 4, "scaler": "seasonal"}


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_waves(tmp_path_factory.mktemp("waves") / "waves.csv", ROWS)


def flags(values: dict[str, Any]) -> list[str]:
    named = {"start_from": "from"}
    return [
        word
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        for word in (f"--{named.get(name, name).replace('_', '-')}", str(each))
    ]


def test_the_command_publishes_what_starts_from_it(pretrained_registry: Registry, csv: Path) -> None:
    location = str(pretrained_registry.storage.location)
    arguments = ["train", "--csv", str(csv), *flags(FROM), "--registry", location, "--quiet"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    manifest = pretrained_registry.manifest("waves", 1)
    recipe = Recipe.parsed(manifest.training.recipe)
    assert (recipe.network.start_from, recipe.windows.window) == ("any-series@1", 16)
    assert (manifest.spec.features, manifest.spec.any_length, manifest.spec.blend) == (("a",), True, None)
    assert manifest.calibration is not None
    assert manifest.backtest is not None
    assert (manifest.backtest.horizon, manifest.goldens[0].seasons) == (6, (12,))
    assert {"plots/before-training.png", "plots/after-training.png", "calibration.npy"} <= set(manifest.files)
    refused = CliRunner().invoke(app, [*arguments, "--window", "32"])
    assert refused.exit_code == 1
    assert "window follows from any-series@1" in str(refused.exception)


def test_a_python_program_asks_for_it_by_keyword(pretrained_registry: Registry) -> None:
    values = 50 + np.arange(80) + 5 * np.sin(np.arange(80) * np.pi / 6)
    model = local_train(values, registry=pretrained_registry.storage.location, quiet=True, **FROM)
    assert model.manifest.training.recipe["network"]["start_from"] == "any-series@1"


def test_several_columns_are_refused(pretrained_registry: Registry, tmp_path: Path) -> None:
    csv = write_waves(tmp_path / "two.csv", ROWS, columns=2)
    values = {**FROM, "csv": str(csv), "column": ["a", "b"]}
    with pytest.raises(RecipeError, match="is for one column, not a, b"):
        train(Recipe().with_values(values), pretrained_registry, progress=False)
    with pytest.raises(RecipeError, match="is for one column, not a, b"):
        train_plain(values, pretrained_registry, progress=False)


def test_what_has_seen_the_series_is_told_or_left_out_of_the_plans(
    pretrained_registry: Registry, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = train_plain({**FROM, **TRAINED_ON, "season": [4]}, pretrained_registry, progress=False)
    assert any("any-series@1, which it started from, has learned from this data" in each for each in manifest.warnings)

    given = []
    monkeypatch.setattr(plain, "find_recipe", lambda *arguments: given.append(arguments[4]))
    monkeypatch.setattr(plain, "train_on", lambda *_, **__: None)
    said = Console(record=True, stderr=True, force_terminal=False, width=200)
    monkeypatch.setattr(plain, "Console", lambda **_: said)
    train_plain({**QUICK, **TRAINED_ON}, pretrained_registry)
    train_plain({**QUICK, "csv": str(csv)}, pretrained_registry)
    assert [None if start is None else start.title for start in given] == [None, "any-series@1"]
    assert (
        "no plan starts from any-series@1: it has learned from package://tsdata/fpp3/us_change.csv"
        in said.export_text()
    )


def test_a_registry_without_a_good_model_for_any_series_has_no_such_plan(
    pretrained_registry: Registry, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    monkeypatch.setattr(plain, "find_recipe", lambda *arguments: given.append(arguments[4]))
    monkeypatch.setattr(plain, "train_on", lambda *_, **__: None)
    (Path(pretrained_registry.storage.location) / "any-series" / "1" / "model.onnx").write_bytes(b"damaged")
    for registry in (Registry.at(tmp_path / "empty"), pretrained_registry):
        train_plain({**QUICK, "csv": str(csv)}, registry, progress=False)
    assert given == [None, None]


@pytest.fixture(scope="module", params=["fine-tuned", "from scratch"])
def published(
    request: pytest.FixtureRequest, pretrained_path: Path, csv: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Registry, Manifest, Path]:
    """waves@1, trained in both ways, in a registry; and a file that goes on after its rows."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(pretrained_path, folder / "registry")
    registry = Registry.at(folder / "registry")
    values = {**QUICK, "csv": str(csv), "loss": "mae", "calibration_share": 0.2, "train_share": 0.5}
    values |= {"start_from": "any-series", "seeds": 2} if request.param == "fine-tuned" else SHAPE
    manifest = train(Recipe().with_values(values), registry, progress=False)
    return registry, manifest, write_waves(folder / "newer.csv", NEWER)


def test_it_is_updated_calibrated_compared_and_upgraded(
    published: tuple[Registry, Manifest, Path],
) -> None:
    registry, manifest, newer = published
    assert manifest.spec.window == 16
    if manifest.training.recipe["network"]["start_from"]:
        assert manifest.metrics.spread is not None
        assert len(manifest.metrics.spread.mse) == 2
    # 1. Updated, and its intervals renewed.
    outcome = update(registry, "waves", 1, {"csv": str(newer)}, minutes=0, progress=False)
    assert outcome.record is not None
    assert (outcome.record.new_rows, outcome.record.from_version) == (NEWER - ROWS, 1)
    rows = read_newer_rows(manifest, {"csv": str(newer)})
    calibrated = recalibrate(registry, rows, registry.open("waves", 1)[1])
    assert calibrated.files["model.onnx"] == manifest.files["model.onnx"]
    assert calibrated.calibration is not None
    assert calibrated.calibration.calibrated_on.startswith("the last 40 of 190 rows of newer.csv")
    # 2. Tested on the newer file, against the version before.
    first, second = (OpenModel(*registry.open("waves", version)) for version in (calibrated.version, 1))
    reloaded, compared = compare_versions(first, second, {"csv": str(newer)})
    assert reloaded.series[0].seasons == (12,)
    assert compared.error == compared.other_error
    # 3. Its graph is today's.
    assert upgrade(registry, "waves", 1) is None
