"""Reading a published model's data again, and reading other data in their stead."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from models.spec.manifest import Manifest
from tests.support.tiny import publish_tiny, tiny_spec
from training.errors import RecipeError, SeriesError
from training.reading.series import read_series, sha256
from training.recipes.sections import SeriesSection
from training.updating.reload_data import reload_data

RECIPE = {
    "series": {"csv": "load.csv", "column": ["value"]},
    "windows": {"window": 4},
    "split": {"train_share": 0.5, "validation_share": 0.1, "calibration_share": 0.2},
    "evaluation": {"season": None, "horizon": 2},  # older recipes had a season or none
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written here, and looked for."""
    monkeypatch.chdir(tmp_path)
    Path("load.csv").write_text("value\n" + "".join(f"{row}\n" for row in range(10)))


def manifest(recipe: Mapping[str, Any] = RECIPE, sha: str = "0" * 64, **spec: Any) -> Manifest:
    made = publish_tiny(Registry.at(Path("registry")), "tiny", tiny_spec(**spec))
    training = made.training.model_copy(update={"recipe": dict(recipe)})
    return made.model_copy(update={"training": training, "data": made.data.model_copy(update={"sha256": sha})})


def test_the_recipe_s_own_data_are_split_as_they_were() -> None:
    reloaded = reload_data(
        manifest(sha=sha256(read_series(SeriesSection(csv="load.csv")))), {"horizon": 1, "stride": 3}
    )
    ((values, part, times, name, *_),) = reloaded.data.held_out
    assert (values[:, 0].tolist(), part, times, name) == ([*range(10)], range(8, 10), None, "")
    assert [history.values[:, 0].tolist() for history in reloaded.data.histories] == [[0, 1, 2, 3, 4, 5]]
    assert (reloaded.recipe.horizon, reloaded.recipe.evaluation.stride) == (1, 3)
    assert (reloaded.data.tested_on, reloaded.same_values) == ("the last 2 of 10 rows of load.csv", True)


def test_data_that_have_changed_are_told() -> None:
    assert not reload_data(manifest(), {}).same_values


def test_another_file_is_read_with_its_own_columns() -> None:
    rows = "".join(
        f"{name},2020-01-{day + 1:02},{day},{sign * day}\n" for name, sign in (("n", 1), ("s", -1)) for day in range(10)
    )
    Path("other.csv").write_text("site,day,x,y\n" + rows)
    values = {"csv": "other.csv", "column": ["y", "x"], "id": "site", "time": "day"}
    reloaded = reload_data(manifest(features=("a", "b"), targets=("b",), frequency="1d"), values)
    assert [each.id for each in reloaded.data.held_out] == ["n", "s"]
    assert reloaded.data.held_out[1].values[9].tolist() == [-9, 9]
    assert reloaded.data.held_out[1].times is not None
    assert reloaded.data.held_out[1].times[8] == np.datetime64("2020-01-09")
    assert reloaded.data.tested_on == "the last 4 of 20 rows of 2 series of other.csv"
    assert reloaded.recipe.series.target == ("x",)


def test_another_file_s_columns_are_those_of_the_model_unless_named() -> None:
    Path("other.csv").write_text("x,value\n" + "1,2\n" * 10)
    assert reload_data(manifest(), {"csv": "other.csv"}).data.held_out[0].values[:, 0].tolist() == [2.0] * 10


def test_a_generator_s_fresh_series_are_made_again() -> None:
    recipe = {
        "series": {"generator": "noisy-sine"},
        "windows": {"window": 4},
        "split": {"train_share": 0.9, "validation_share": 0.1},
    }
    reloaded = reload_data(manifest(recipe), {})
    assert [each.part for each in reloaded.data.held_out] == [range(503)] * 3
    assert [len(history.values) for history in reloaded.data.histories] == [126]
    assert reloaded.data.tested_on == "3 fresh series of 503 rows each"


@pytest.mark.parametrize(
    ("recipe", "spec", "values", "error", "message"),
    [
        ({"epochs": 1}, {}, {}, RecipeError, "tiny@1 was trained by another release: .*epochs is not known"),
        (RECIPE, {}, {"horizon": -1}, RecipeError, "evaluation.horizon should be greater"),
        (
            RECIPE,
            {"features": ("a", "b")},
            {},
            SeriesError,
            "load.csv has the columns value, but tiny@1 the features a, b",
        ),
        (
            RECIPE,
            {"features": ("a", "b")},
            {"csv": "load.csv", "column": ["value"]},
            RecipeError,
            "tiny@1 has the features a, b: name 2 columns in this order with --column, not 1",
        ),
        (RECIPE, {}, {"csv": "none.csv"}, SeriesError, "^none.csv is not there"),
        (
            {**RECIPE, "series": {"csv": "gone.csv"}},
            {},
            {},
            SeriesError,
            "tiny@1.s own data can.t be read .* gone.csv is not there.*--csv",
        ),
    ],
)
def test_what_can_not_be_read_again_is_explained(
    recipe: Mapping[str, Any], spec: dict[str, Any], values: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        reload_data(manifest(recipe, **spec), values)


def test_filled_rows_are_counted() -> None:
    Path("gaps.csv").write_text("value,x\n" + "1,0\n" * 8 + ",0\n3,0\n")
    recipe = {**RECIPE, "series": {"csv": "load.csv", "fill": "previous"}}
    reloaded = reload_data(manifest(recipe), {"csv": "gaps.csv"})
    assert (reloaded.filled_rows, reloaded.data.held_out[0].values[8, 0]) == (1, 1)


def test_one_frequency_may_be_written_in_two_ways() -> None:
    Path("other.csv").write_text("day,value\n" + "".join(f"2020-01-{day:02},{day}\n" for day in range(1, 11)))
    assert len(reload_data(manifest(frequency="24h"), {"csv": "other.csv", "time": "day"}).data.held_out) == 1


def test_values_of_another_frequency_are_refused() -> None:
    Path("other.csv").write_text("day,value\n" + "".join(f"2020-01-{day:02},{day}\n" for day in range(1, 11)))
    with pytest.raises(SeriesError, match="are 1d apart, but tiny@1 was trained on values 30m apart"):
        reload_data(manifest(frequency="30m"), {"csv": "other.csv", "time": "day"})


def test_all_rows_have_the_categories_as_the_model_numbers_them() -> None:
    Path("other.csv").write_text("value,kind\n" + "".join(f"{row},{'ba'[row % 2]}\n" for row in range(10)))
    made = manifest({**RECIPE, "series": {"csv": "load.csv", "column": ["value"], "future": ["kind"]}})
    kinds = (Covariate(name="kind", categories=("x", "a", "b")),)
    made = made.model_copy(update={"spec": made.spec.model_copy(update={"future": kinds})})
    data = reload_data(made, {"csv": "other.csv"}).data
    for codes in (data.histories[0].codes, data.held_out[0].codes):
        assert codes is not None
        assert codes[:4, 0].tolist() == [2, 1, 2, 1]
