"""Training from a Python program."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import rollcast
from models.registry.registry import Registry
from rollcast import RollcastError

SMALL: dict[str, Any] = {"units": 4, "members": 1, "minutes": 0.01, "quiet": True}
BARE: dict[str, Any] = {"window": 4, "units": 3, "epochs": 1, "quiet": True}


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """A recipe without values, with which nothing is searched for."""
    path = tmp_path / "bare.toml"
    path.write_text("")
    return str(path)


def test_three_lines_give_a_forecast(tmp_path: Path) -> None:
    index = pd.date_range("2024-01-01", periods=200, freq="D")
    frame = pd.DataFrame({"sold": np.arange(200) % 7 + 10.0}, index=index)
    model = rollcast.train(frame, column="sold", season=7, name="shop", registry=tmp_path, **SMALL)
    forecast = model.forecast(frame)
    assert (model.title, model.manifest.data.source, model.horizon) == ("shop@1", "the pandas frame", 7)
    assert model.manifest.training.recipe["series"]["time"] == "time"
    assert len(model.manifest.training.plans) > 1
    assert [str(time.date()) for time in forecast.timestamps or ()][:2] == ["2024-07-19", "2024-07-20"]
    assert np.array_equal(rollcast.load("shop", tmp_path).forecast(frame).predictions, forecast.predictions)


def test_a_recipe_learns_from_a_frame_in_place_of_its_own_data(tmp_path: Path, bare: str) -> None:
    frame = pl.DataFrame({"load": [float(row % 5) for row in range(90)]})
    options: dict[str, Any] = {"registry": tmp_path, "name": "load", **BARE}
    model = rollcast.train(frame, recipe=bare, **options)
    manifest = Registry.at(tmp_path).manifest("load", 1)
    assert (manifest.spec.features, manifest.spec.units, manifest.data.rows) == (("load",), (3,), 90)
    assert model.manifest == manifest
    again = rollcast.train(
        frame["load"], recipe="sine-lstm", **options, train_share=0.6, seeds=1, picture_every_epochs=0
    )
    assert (again.title, again.manifest.description) == ("load@2", "By the recipe sine-lstm, on other data.")


def test_a_file_and_a_generator_work_as_for_the_command(tmp_path: Path, bare: str) -> None:
    (tmp_path / "load.csv").write_text("load\n" + "".join(f"{row % 5}\n" for row in range(90)))
    of_file = rollcast.train(csv=str(tmp_path / "load.csv"), recipe=bare, name="file", registry=tmp_path, **BARE)
    generated = rollcast.train(generator="sine", id=None, name="sine", registry=str(tmp_path), **BARE)
    assert (of_file.manifest.data.source, generated.title) == ("load.csv", "sine@1")


@pytest.mark.parametrize(
    ("data", "values", "message"),
    [
        ([1.0], {}, "the model needs a name: add --name NAME, in Python name="),
        ([1.0], {"csv": "x.csv", "name": "x"}, "leave csv and generator out"),
        (None, {"name": "x"}, "the recipe names no series"),
        ([1.0], {"name": "x", "epoch": 1}, 'no value "epoch"; did you mean epochs'),
        (pd.DataFrame({"a": [1]}), {"name": "x", "column": "b"}, 'the pandas frame has no column "b"'),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_published(
    tmp_path: Path, data: Any, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(RollcastError, match=message):
        rollcast.train(data, registry=tmp_path, quiet=True, **values)
    assert list(tmp_path.iterdir()) == []
