"""The sine recipes, retrained: twice what they reach here is accepted, for other processors round otherwise."""

from pathlib import Path

import pytest

from models.registry import Registry
from training.cookbook import load_recipe
from training.run import train


@pytest.mark.parametrize(
    ("name", "most_mse", "pictures"),
    [
        ("sine-lstm", 0.0062, ["after", "before", "epoch-04", "epoch-08", "epoch-12", "epoch-16", "loss"]),
        ("sine-simple-rnn", 8.95e-05, ["after", "before", "loss"]),
    ],
)
def test_a_sine_recipe_is_as_good_as_its_source(
    name: str, most_mse: float, pictures: list[str], tmp_path: Path
) -> None:
    manifest = train(load_recipe(name).with_values({"seeds": 1}), Registry(tmp_path), progress=False)
    assert manifest.metrics.model.mse < 2 * most_mse
    assert manifest.metrics.model.mse < manifest.metrics.last_value.mse
    drawn = sorted(file for file in manifest.files if file.startswith("plots/"))
    assert [Path(file).stem.removesuffix("-training") for file in drawn] == pictures


def test_the_text_s_own_lead_is_trained_as_well(tmp_path: Path) -> None:
    recipe = load_recipe("sine-simple-rnn-lead1").with_values({"seeds": 1, "epochs": 2})
    assert train(recipe, Registry(tmp_path), progress=False).lead == 1


def test_the_demand_recipe_reads_its_series(tmp_path: Path) -> None:
    recipe = load_recipe("victoria-demand").with_values(
        {"epochs": 1, "units": 4, "batch_size": 2048, "train_share": 0.05, "validation_share": 0.9}
    )
    manifest = train(recipe, Registry(tmp_path), progress=False)
    assert (manifest.features, manifest.window, manifest.data.rows) == (("Demand",), 48, 52608)
