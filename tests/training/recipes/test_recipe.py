from typing import Any

import pytest

from training.errors import RecipeError
from training.recipes.recipe import Recipe


def test_a_newcomer_needs_no_recipe() -> None:
    recipe = Recipe().with_values({"csv": "load.csv", "column": ["load"], "name": "load", "window": 48})
    assert (recipe.series.csv, recipe.series.column, recipe.windows.window) == ("load.csv", ("load",), 48)
    assert (recipe.network.kind, recipe.network.units, recipe.scaler) == ("lstm", (64,), "standard")


def test_values_replace_others_by_their_bare_names() -> None:
    recipe = Recipe().with_values({"epochs": 5, "units": (64, 32), "learning_rate": 1})
    assert (recipe.fit.epochs, recipe.network.units, recipe.fit.learning_rate) == (5, (64, 32), 1.0)
    assert Recipe().fit.epochs == 100


def test_one_name_or_size_needs_no_brackets() -> None:
    recipe = Recipe.parsed({"series": {"csv": "x.csv", "column": "a"}, "network": {"units": 8}})
    assert (recipe.series.column, recipe.network.units) == (("a",), (8,))


def test_a_file_puts_the_generator_aside_and_the_other_way_round() -> None:
    generated = Recipe().with_values({"generator": "sine"})
    read = generated.with_values({"csv": "x.csv", "column": ["a"]})
    assert (read.series.csv, read.series.generator) == ("x.csv", None)
    assert read.with_values({"generator": "sine"}) == generated


def test_a_training_sequence_is_four_windows_unless_said_otherwise() -> None:
    recipe = Recipe().with_values({"window": 5, "rollout": "state"})
    assert recipe.windows.sequence_length == 20
    assert recipe.with_values({"sequence": 6}).windows.sequence_length == 6


def test_with_feedback_a_training_sequence_is_a_window_and_the_steps_that_are_fed_back() -> None:
    recipe = Recipe().with_values({"window": 5, "rollout": "state", "feedback": 3, "burn_in": 2})
    assert recipe.windows.sequence_length == 7
    assert recipe.windows.first_trained == 2
    assert recipe.with_values({"sequence": 9}).windows.sequence_length == 9


def test_many_series_are_each_scaled_by_their_context_unless_said_otherwise() -> None:
    recipe = Recipe().with_values({"csv": "x.csv", "id": "unique_id"})
    assert recipe.scaler == "context"
    assert recipe.with_values({"scaler": "none"}).scaler == "none"
    assert Recipe().with_values({"generator": "m3-monthly"}).scaler == "context"


def test_the_horizon_is_the_longest_season_else_a_window_unless_said_otherwise() -> None:
    recipe = Recipe().with_values({"season": (7, 365)})
    assert recipe.horizon == 365
    assert recipe.with_values({"horizon": 14}).horizon == 14
    assert Recipe().horizon == 24
    assert Recipe().with_values({"outputs": 30}).horizon == 30
    assert Recipe().with_values({"test_rows": 5}).horizon == 5


def test_a_rollout_of_windows_puts_the_sequence_aside() -> None:
    through_time = Recipe().with_values({"rollout": "state", "sequence": 50, "burn_in": 3, "feedback": 4})
    assert through_time.with_values({"rollout": "window"}) == Recipe()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rollout": "seq"}, "windows.rollout should be 'window' or 'state', not 'seq'"),
        ({"sequence": 50}, "sequence is for training through time: add rollout = state, or leave sequence out"),
        ({"rollout": "window", "sequence": 50}, "sequence is for training through time"),
        ({"rollout": "state", "sequence": 24}, "sequence must be longer than the window of 24, not 24"),
        ({"epochs": 0}, "fit.epochs should be greater than or equal to 1, not 0"),
        ({"epochs": "5"}, "fit.epochs should be a valid integer, not '5'"),
        ({"epochs": 1.5}, "fit.epochs should be a valid integer"),
        ({"learning_rate": float("nan")}, "fit.learning_rate should be a finite number"),
        ({"units": ()}, "network.units"),
        ({"units": (4, 0)}, "network.units.1 should be greater than or equal to 1, not 0"),
        ({"kind": "cnn"}, "network.kind should be 'gru', 'lstm' or 'simple_rnn', not 'cnn'"),
        ({"calibration_share": 0.3}, "calibration_share must add up to 1 at most, not 1.1"),
        ({"calibration_rows": 5}, "calibration_rows and validation_rows count back from test_rows: add test_rows"),
        ({"timezone": "Mars/Olympus"}, "an IANA name such as Europe/Berlin"),
        ({"frequency": "soon"}, "a frequency is a duration such as 30m"),
        ({"calendar": "day"}, "calendar inputs need each row's time: name its column with time"),
        ({"feedback": 5}, "feedback needs training through time: add rollout = state, or leave feedback out"),
        ({"burn_in": 5}, "burn_in needs training through time"),
        ({"rollout": "state", "burn_in": 5, "scaler": "context"}, "burn_in needs one scale for all"),
        ({"rollout": "state", "burn_in": 25}, "burn_in must be at most the window of 24, not 25"),
        ({"rollout": "state", "feedback": 1}, "feedback must be 2 at least"),
        ({"rollout": "state", "feedback": 9, "lag": 8}, "every lag must be as long, not 8"),
        ({"rollout": "state", "feedback": 9, "lead": 2}, "feedback needs a lead of 1 and one output at a time"),
        ({"rollout": "state", "feedback": 9, "outputs": 2}, "feedback needs a lead of 1 and one output at a time"),
        ({"rollout": "state", "feedback": 9, "sequence": 31}, "sequence must be at least 32"),
        ({"rollout": "state", "feedback": 9, "dropout": 0.1}, "feedback learns without dropout"),
        ({"seed": 2**31 - 1, "seeds": 2}, "the seeds from 2147483647 up pass the largest"),
        (
            {"generator": "sine", "id": "who"},
            "a generated series has one column: leave out column, target, id, time and covariates",
        ),
        ({"leave_out": True}, "leave_out takes members to take turns: set members to 2 at least"),
        ({"dropout": 1.0}, "network.dropout should be less than 1"),
        ({"train_share": 0.9, "validation_share": 0.2}, "must add up to 1 at most, not 1.1"),
        ({"csv": "x.csv", "generator": "sine"}, "csv or from generator, not from both"),
        ({"generator": "sine", "column": ("a",)}, "a generated series has one column"),
        ({"csv": "x.csv", "column": ("a", "a")}, "column must name each column once, not a, a"),
        ({"csv": "x.csv", "column": ("a",), "target": ("b",)}, "each target must be one of the columns a"),
        (
            {"start_from": "any-series", "scaler": "seasonal", "synthetic": True},
            "start_from is for a series of one's own",
        ),
        ({"start_from": "any-series", "members": 2, "leave_out": True}, "has seen all rows: leave leave_out out"),
        (
            {"scaler": "seasonal", "residual": True, "dropout": 0.1, "blend": True, "nonnegative": True},
            "scaler = seasonal goes without residual, dropout, blend and nonnegative: leave residual",
        ),
        ({"epoch": 5}, 'no value "epoch"; did you mean epochs'),
        ({"synthetic": True}, "synthetic series are for a model of any series: set scaler = seasonal"),
        ({"scaler": "seasonal", "sources": ["us-change"]}, "sources come with synthetic series: set synthetic"),
        ({"scaler": "seasonal", "linear_path": True}, "goes without linear_path"),
        ({"scaler": "seasonal", "interval_season": 7}, "goes without interval_season"),
    ],
)
def test_wrong_values_are_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        Recipe().with_values(values)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"network": {"unit": 5}}, "network.unit is not known; did you mean units"),
        ({"netwrok": {}}, "netwrok is not known; did you mean network"),
        ({"fit": 5}, "fit should be an object, not 5"),
        ({"name": "x", "fit": {"epochs": {"a": 1}}}, "fit.epochs should be a valid integer"),
    ],
)
def test_wrong_documents_are_refused_by_place(document: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        Recipe.parsed(document)


def test_every_wrong_value_is_told_at_once() -> None:
    with pytest.raises(RecipeError, match=r"(?s)window.*epochs"):
        Recipe.parsed({"windows": {"window": 0}, "fit": {"epochs": 0}})
