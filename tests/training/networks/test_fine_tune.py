"""Networks that go on from others, and that stay as they were where that helps nothing."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.registry.registry import Registry
from training.data.dataset import Dataset, build_dataset
from training.fine_tuning.start import Start
from training.networks.fine_tune import fine_tune
from training.networks.fit import quantiles_of
from training.networks.losses import quantile_loss
from training.reading.series import Series
from training.recipes.recipe import Recipe

VALUES = {"loss": "mae", "epochs": 2, "batches": 4, "learning_rate": 0.01, "horizon": 4, "season": 12}


@pytest.fixture(scope="module")
def start(pretrained_path: Path) -> Start:
    return Start.read(Registry.at(pretrained_path), "any-series")


@pytest.fixture(scope="module")
def recipe(start: Start) -> Recipe:
    return start.shaped(Recipe().with_values(VALUES))


@pytest.fixture(scope="module")
def dataset(recipe: Recipe) -> Dataset:
    rows = np.arange(120)
    return build_dataset(recipe, [Series((rows + 20 * np.sin(rows * np.pi / 6))[:, None], ("y",), "made up")])


def weights(network: object) -> list[NDArray[np.float32]]:
    return [variable.numpy() for variable in network.trainable_variables]  # type: ignore[attr-defined]


def validation_loss(network: object, dataset: Dataset) -> float:
    network.compile(loss=quantile_loss("mae", quantiles_of(dataset.spec)))  # type: ignore[attr-defined,arg-type]
    return float(network.evaluate(*dataset.validation, verbose=0))  # type: ignore[attr-defined]


def test_it_learns_from_where_it_is_and_one_seed_gives_the_same_weights(
    start: Start, recipe: Recipe, dataset: Dataset
) -> None:
    first, second = (fine_tune(recipe, dataset, start.network(recipe)) for _ in range(2))
    assert all(map(np.array_equal, weights(first.network), weights(second.network)))
    assert not first.kept_start
    before = start.network(recipe)
    assert validation_loss(first.network, dataset) < validation_loss(before, dataset)
    # A few small steps do not lead far.
    assert all(np.abs(new - old).max() < 0.2 for new, old in zip(weights(first.network), weights(before), strict=True))
    assert not all(map(np.array_equal, weights(first.network), weights(before)))


def test_what_is_worse_on_validation_rows_is_put_aside(start: Start, recipe: Recipe, dataset: Dataset) -> None:
    fitted = fine_tune(recipe.with_values({"learning_rate": 30.0}), dataset, start.network(recipe))
    assert fitted.kept_start
    assert all(map(np.array_equal, weights(fitted.network), weights(start.network(recipe))))


def test_without_validation_rows_what_was_learned_is_kept(start: Start, recipe: Recipe, dataset: Dataset) -> None:
    fitted = fine_tune(recipe, dataset.with_all_rows(recipe), start.network(recipe))
    assert not fitted.kept_start
    assert fitted.validation_loss is None


def test_a_time_that_is_over_ends_it_after_an_epoch(start: Start, recipe: Recipe, dataset: Dataset) -> None:
    fitted = fine_tune(recipe, dataset, start.network(recipe), deadline_s=0.0)
    assert (len(fitted.loss), fitted.cut) == (1, True)
