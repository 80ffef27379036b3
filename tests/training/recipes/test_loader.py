from pathlib import Path

import pytest

from training.data.dataset import load_series, untrained_dataset
from training.errors import RecipeError
from training.recipes.loader import load_recipe, recipe_names


def test_the_packaged_recipes_are_named_as_their_models() -> None:
    assert {"m3-monthly", "sine-lstm", "sine-simple-rnn", "sunspots", "victoria-demand"} <= {*recipe_names()}
    assert [load_recipe(name).name for name in recipe_names()] == list(recipe_names())


@pytest.mark.parametrize("name", recipe_names())
def test_no_seed_is_picked_by_its_score(name: str) -> None:
    assert load_recipe(name).fit.seed == 0


def test_the_reference_recipes_are_those_of_their_sources() -> None:
    lstm, rnn = load_recipe("sine-lstm"), load_recipe("sine-simple-rnn")
    assert (lstm.network.kind, lstm.network.units, lstm.fit.epochs, lstm.fit.batch_size) == ("lstm", (300,), 20, 32)
    assert (lstm.windows.window, lstm.windows.lead, lstm.pictures.picture_every_epochs) == (10, 1, 4)
    assert (rnn.network.kind, rnn.network.units, rnn.fit.epochs, rnn.fit.batch_size) == ("simple_rnn", (100,), 100, 32)
    assert (rnn.windows.window, rnn.windows.lead, rnn.split.train_share) == (5, 2, 0.8)
    assert lstm.fit.scaler == rnn.fit.scaler == "none"
    assert lstm.fit.patience == rnn.fit.patience == 0


def test_the_sunspots_come_with_the_recipe() -> None:
    (series,) = load_series(load_recipe("sunspots"))
    assert series.values[:3, 0].tolist() == [5, 11, 16]
    assert series.values.shape == (309, 1)


def test_the_m3_recipe_keeps_the_competitions_split() -> None:
    recipe = load_recipe("m3-monthly")
    assert (recipe.split.test_rows, recipe.horizon, recipe.evaluation.season) == (18, 18, (12,))
    dataset = untrained_dataset(recipe, load_series(recipe))
    assert dataset.tested_on == "the last 18 rows of each of 1428 series"
    assert len(dataset.held_out) == 1428  # so the shortest has enough rows before its last ones


def test_an_unknown_name_gets_near_ones() -> None:
    with pytest.raises(RecipeError, match='no recipe is named "sine-lst"; did you mean sine-lstm'):
        load_recipe("sine-lst")


def test_a_file_is_loaded_with_its_csv_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n[series]\ncsv = "data/load.csv"\n')
    assert load_recipe(str(tmp_path / "mine.toml")).series.csv == str(tmp_path / "data/load.csv")


@pytest.mark.parametrize("series", ['csv = "package://tsdata/x.csv"', 'generator = "sine"'])
def test_what_lies_in_no_folder_stays_as_it_is(tmp_path: Path, series: str) -> None:
    (tmp_path / "mine.toml").write_text(f"[series]\n{series}\n")
    loaded = load_recipe(str(tmp_path / "mine.toml")).series
    assert (loaded.csv or f"{loaded.generator}") in series


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name = ", "is not valid TOML"),
        (b"\xff", "can't be read: it is not UTF-8 text"),
        (b"[fit]\nepochs = 0\n", "mine.toml: the recipe can't be followed: fit.epochs"),
        (b"[fit]\nepochs = 2026-01-01\n", "fit.epochs should be a valid integer, not '2026-01-01'"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeError, match=message):
        load_recipe(str(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="can't be read: No such file or directory"):
        load_recipe(str(tmp_path / "mine.toml"))
