"""What a training takes from the version that it starts from, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import InvalidName, UnknownModel
from models.registry.loader import MODEL
from models.registry.registry import Registry
from tests.support.any_series.pretrained import TRAINED_ON
from tests.support.tiny import publish_tiny
from training.data.dataset import load_series
from training.errors import RecipeError
from training.export.from_keras import to_onnx
from training.fine_tuning.start import Start
from training.reading.series import Series
from training.recipes.recipe import Recipe


@pytest.fixture(scope="module")
def start(pretrained_path: Path) -> Start:
    return Start.read(Registry.at(pretrained_path), "any-series")


def test_the_shape_follows_from_the_version_which_is_told_exactly(start: Start) -> None:
    recipe = start.shaped(Recipe().with_values({"start_from": "any-series", "horizon": 3, "epochs": 7}))
    assert (recipe.network.start_from, recipe.scaler) == ("any-series@1", "seasonal")
    assert (recipe.windows.window, recipe.windows.outputs) == (16, 8)
    assert (recipe.network.kind, recipe.network.units, recipe.network.members) == ("lstm", (6,), 1)
    assert (recipe.network.patch, recipe.network.decoder_units) == (4, 4)
    assert (recipe.horizon, recipe.fit.epochs) == (3, 7)
    assert start.shaped(recipe) == recipe


def test_its_network_has_the_version_s_graph(start: Start, pretrained_path: Path) -> None:
    graph = to_onnx(start.manifest.spec, start.network(start.shaped(Recipe())))
    assert graph == Registry.at(pretrained_path).read(start.manifest, MODEL)


def test_another_shape_is_refused(start: Start) -> None:
    with pytest.raises(RecipeError, match=r"window follows from any-series@1.*: it is 16, not 48; leave window out"):
        start.shaped(Recipe().with_values({"window": 48}))
    with pytest.raises(RecipeError, match="units follows from any-series@1"):
        start.check_given({"units": (64,)})
    start.check_given({"units": (6,), "epochs": 3})


def test_a_version_that_is_not_for_any_series_or_not_there_is_refused(pretrained_registry: Registry) -> None:
    publish_tiny(pretrained_registry, "tiny")
    with pytest.raises(RecipeError, match="which tiny@1 is not: name one whose scaler is seasonal, such as any-series"):
        Start.read(pretrained_registry, "tiny")
    with pytest.raises(UnknownModel, match="any-series has no version 2"):
        Start.read(pretrained_registry, "any-series@2")
    with pytest.raises(InvalidName):
        Start.read(pretrained_registry, "Any Series")


def test_an_alias_names_it_too(pretrained_registry: Registry) -> None:
    pretrained_registry.promote("any-series", 1, "stable")
    assert Start.read(pretrained_registry, "any-series@stable").title == "any-series@1"


def test_it_tells_series_that_it_learned_from(start: Start) -> None:
    assert start.has_seen(load_series(Recipe().with_values(TRAINED_ON)))
    noise = np.random.default_rng(0).normal(size=(50, 1))
    assert not start.has_seen([Series(noise, ("y",), "made up")])
    assert not start._replace(fingerprints=frozenset()).has_seen(load_series(Recipe().with_values(TRAINED_ON)))


def test_several_columns_are_refused(start: Start) -> None:
    with pytest.raises(RecipeError, match=r"any-series@1, .*, is for one column, not a, b: name one with --column"):
        start.check_series([Series(np.zeros((9, 2)), ("a", "b"), "made up")])
