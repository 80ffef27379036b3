"""A whole pretraining, so small that it takes seconds: published, opened, served, and what is told of it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars
import pytest

from models.errors import RegistryError
from models.inference.forecaster import Forecaster
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from service.forecasting import ForecastRequest, forecast_now
from tests.support.any_series.recipe import pretraining_recipe
from tests.support.any_series.tiny import seasonal_values
from training.collection.fingerprints import FINGERPRINTS, read_fingerprints, was_trained_on
from training.collection.packaged import held_back_series, packaged_series
from training.errors import RecipeError, SeriesError
from training.export.from_keras import KERAS, load_weights
from training.export.parity import check_agreement
from training.networks.build import members_of
from training.networks.fit import unfitted_network
from training.pipeline import train
from training.pretraining import pool, pretrain
from training.reading.table import Table
from training.recipes.recipe import Recipe
from training.updating import reload_data as reload_module
from training.updating.newer_rows import read_newer_rows
from training.updating.reload_data import recipe_of as recipe_of_version
from training.updating.reload_data import reload_data


def recipe_of(csv: Path, **values: object) -> Recipe:
    return pretraining_recipe(generator=None, csv=str(csv), column=("load",), test_rows=30, horizon=12, **values)


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("series") / "load.csv"
    path.write_text("load\n" + "\n".join(f"{value:.3f}" for value in seasonal_values(120, 12, noise=1)) + "\n")
    return path


@pytest.fixture(scope="module")
def small() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"CHUNK": 200, "SYNTHETIC_ROWS": 40, "PACKAGED_ROWS": 40}.items():
            patch.setattr(pool, name, value)
        yield patch


@pytest.fixture(scope="module")
def cache(small: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cache")
    small.setenv("XDG_CACHE_HOME", str(path))
    return path


@pytest.fixture(scope="module")
def pretrained(cache: Path, csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with any-series@1."""
    assert cache.is_dir()
    registry = Registry.at(tmp_path_factory.mktemp("artifacts"))
    train(recipe_of(csv), registry, progress=False)
    return registry


@pytest.fixture
def opened(pretrained: Registry) -> tuple[Manifest, Forecaster]:
    return pretrained.open("any-series", 1)


def test_it_is_served_as_any_model_is(opened: tuple[Manifest, Forecaster]) -> None:
    manifest, forecaster = opened
    windows = [seasonal_values(48, 12), [3.0] * 9, seasonal_values(2000, 7)]
    answer = forecast_now(ForecastRequest(windows, 6, levels=(50,)), manifest, forecaster)
    assert answer.predictions.shape == (3, 6, 1)
    bounds = answer.intervals[50]
    assert (bounds.lower <= answer.predictions).all()
    assert (bounds.upper >= answer.predictions).all()
    for number, window in enumerate(windows):
        assert np.allclose(forecaster.forecast([window], 6), answer.predictions[number], rtol=1e-4)


def test_its_manifest_tells_what_it_learned_from(opened: tuple[Manifest, Forecaster]) -> None:
    manifest, _ = opened
    collected = packaged_series(["us-change"])
    (source,) = manifest.data.sources
    assert (source.name, source.file, source.series) == ("us-change", "package://tsdata/fpp3/us_change.csv", 5)
    assert source.values == manifest.data.train_rows == sum(len(each.values) for each in collected)
    assert manifest.data.test_rows == 30
    assert manifest.metrics.tested_on == "the last 30 of 120 rows"
    assert manifest.calibration is not None
    assert (manifest.calibration.horizon, manifest.calibration.count) == (8, 5)
    assert manifest.calibration.calibrated_on == "the first rows after those learned from, of 5 series"
    assert manifest.spec.interval_scale == "quantiles"
    assert all(golden.seasons == (12,) for golden in manifest.goldens)
    assert Manifest.model_validate(manifest.model_dump(mode="json")) == manifest


def test_its_files_are_small_and_none_is_left_in_the_cache(
    pretrained: Registry, opened: tuple[Manifest, Forecaster], cache: Path
) -> None:
    files = opened[0].files
    assert {KERAS, FINGERPRINTS, "model.onnx", "calibration.npy", "card.md", "plots/loss.png"} <= set(files)
    assert sum(each.size_bytes for each in files.values()) < 2 << 20
    assert not [path for path in cache.rglob("*") if path.is_file()]
    kept = read_fingerprints(pretrained.storage.read("any-series/1", FINGERPRINTS, 1 << 20))
    for each in held_back_series(["us-change"]):
        assert was_trained_on(each.values[: each.learned], kept)
    assert not was_trained_on(np.array(seasonal_values(120, 12, noise=1)), kept)


def test_its_keras_file_holds_the_same_network(pretrained: Registry, opened: tuple[Manifest, Forecaster]) -> None:
    manifest, forecaster = opened
    network = unfitted_network(recipe_of_version(manifest, {}), manifest.spec)
    load_weights(network, pretrained.storage.read("any-series/1", KERAS, 1 << 20))
    check_agreement(network, forecaster, forecaster.prepare([seasonal_values(48, 12), seasonal_values(20, 4)], 24))


@pytest.mark.usefixtures("cache")
def test_the_same_seed_makes_the_same_and_a_table_stands_in_for_the_file(
    csv: Path, opened: tuple[Manifest, Forecaster], tmp_path: Path
) -> None:
    registry = Registry.at(tmp_path)
    table = Table(polars.DataFrame({"load": seasonal_values(90, 12, seed=4, noise=1)}), "frame", None)
    manifest = train(recipe_of(csv), registry, table=table, progress=False)
    assert manifest.training.loss == pytest.approx(opened[0].training.loss, rel=1e-4)
    window = seasonal_values(48, 12, seed=8)
    assert np.allclose(
        registry.open("any-series", 1)[1].forecast([window], 6), opened[1].forecast([window], 6), rtol=1e-3
    )
    assert manifest.metrics.tested_on == "the last 30 of 90 rows"


def test_its_own_data_can_be_tested_on_again(
    csv: Path, opened: tuple[Manifest, Forecaster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(csv.parent)
    reloaded = reload_data(opened[0], {})
    assert reloaded.recipe == recipe_of_version(opened[0], {})
    (held_out,) = reloaded.data.held_out
    assert held_out.part == range(90, 120)
    assert held_out.seasons == (12,)


def test_made_up_data_is_tested_on_again_without_samples_to_learn_from(
    opened: tuple[Manifest, Forecaster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(reload_module, "build_dataset")
    recipe = pretraining_recipe().model_dump(mode="json")
    trained_by = opened[0].training.model_copy(update={"recipe": recipe})
    reloaded = reload_data(opened[0].model_copy(update={"training": trained_by}), {})
    assert len(reloaded.data.held_out) == 1428
    assert {len(each.part) for each in reloaded.data.held_out} == {18}


def test_no_file_goes_on_a_collection(csv: Path, opened: tuple[Manifest, Forecaster]) -> None:
    with pytest.raises(RecipeError, match="any-series@1 learned from a collection of series, which no file goes on"):
        read_newer_rows(opened[0], {"csv": str(csv)})


class NeverTrained(AssertionError):
    """A training that should not have begun."""


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(*_: object) -> None:
        raise NeverTrained

    monkeypatch.setattr(pretrain, "pretrain_network", begin)


@pytest.mark.usefixtures("cache", "untrained")
def test_what_can_t_be_published_or_tested_is_told_before_the_training(csv: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryError):
        train(recipe_of(csv), Registry.at(tmp_path / "file"), progress=False)
    registry = Registry.at(tmp_path / "artifacts")
    with pytest.raises(SeriesError, match='there is no source "us-chance"'):
        train(recipe_of(csv, sources=["us-chance"]), registry, progress=False)
    short = tmp_path / "short.csv"
    short.write_text("load\n1\n2\n3\n4\n5\n6\n7\n8\n")
    with pytest.raises(SeriesError, match=r"no row of .*short.csv to test on has 8 rows before it"):
        train(recipe_of(short), registry, progress=False)
    with pytest.raises(NeverTrained):
        train(recipe_of(csv), registry, progress=False)


def test_members_are_pretrained_one_after_another(cache: Path, csv: Path, tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    manifest = train(recipe_of(csv, members=2), registry, progress=False)
    _, forecaster = registry.open("any-series", 1)
    assert manifest.spec.members == 2
    network = unfitted_network(recipe_of(csv, members=2), manifest.spec)
    load_weights(network, registry.read(manifest, KERAS))
    first, second = (member.get_weights()[0] for member in members_of(network))
    assert not np.allclose(first, second)
    check_agreement(network, forecaster, forecaster.prepare([seasonal_values(40, 12)], 8, seasons=[(12,)]))
    assert not list(cache.glob("**/*-1.npz"))  # checkpoints are gone
