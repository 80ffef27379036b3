import numpy as np
import pytest

from training.dataset import load_series, prepare
from training.errors import RecipeError, SeriesError
from training.recipe import Recipe
from training.series import Series

SMALL = Recipe().with_values({"window": 3, "train_share": 0.6, "validation_share": 0.2})


def series(*columns: list[float]) -> Series:
    return Series(np.array(columns, np.float64).T, tuple("abc"[: len(columns)]), "load.csv")


def test_parts_samples_and_scaling_follow_the_order_of_time() -> None:
    dataset = prepare(SMALL, series([0, 2, 0, 2, 0, 2, 5, 6, 7, 8]))
    assert dataset.parts == (range(6), range(6, 8), range(8, 10))
    assert (dataset.shape.scaler.mean, dataset.shape.scaler.scale) == ((1.0,), (1.0,))
    assert dataset.train.windows[:, :, 0].tolist() == [[-1, 1, -1], [1, -1, 1], [-1, 1, -1]]
    assert dataset.train.targets.tolist() == [[1], [-1], [1]]
    assert dataset.validation.targets.tolist() == [[4], [5]]
    assert dataset.held_out[0].part == range(8, 10)
    assert dataset.tested_on == "the last 2 of 10 rows"
    assert dataset.contexts()[:, :, 0].tolist() == [[2, 5, 6], [5, 6, 7]]


def test_fewer_targets_than_columns_are_possible() -> None:
    dataset = prepare(SMALL.with_values({"csv": "x", "target": ["b"]}), series([*range(10)], [*range(10, 20)]))
    assert dataset.shape.target_columns == (1,)
    assert dataset.train.windows.shape == (3, 3, 2)
    assert dataset.train.targets.shape == (3, 1)


def test_a_rollout_of_states_learns_from_sequences_and_is_validated_on_windows() -> None:
    recipe = SMALL.with_values({"csv": "x", "target": ["b"], "rollout": "state", "sequence": 4, "lead": 2})
    dataset = prepare(recipe.with_values({"scaler": "none"}), series([*range(10)], [*range(0, 100, 10)]))
    assert dataset.shape.rollout == "state"
    assert dataset.train.windows.tolist() == [[[0, 0], [1, 10], [2, 20], [3, 30]]]
    assert dataset.train.targets.tolist() == [[[40], [50]]]
    assert dataset.validation.windows[:, :, 0].tolist() == [[2, 3, 4], [3, 4, 5]]
    assert dataset.validation.targets.tolist() == [[60], [70]]


def test_a_noisy_sine_is_tested_on_fresh_series() -> None:
    recipe = Recipe().with_values({"generator": "noisy-sine", "train_share": 0.9})
    dataset = prepare(recipe, load_series(recipe))
    assert dataset.tested_on == "3 fresh series of 503 rows each"
    assert [len(each.part) for each in dataset.held_out] == [503] * 3
    assert dataset.contexts().shape == (240, 24, 1)


@pytest.mark.parametrize(
    ("values", "columns", "message"),
    [
        (
            {"window": 6},
            [[*range(10)]],
            "10 rows, 6 of them to train on; a window of 6 and a lead of 1 need at least 7",
        ),
        ({"lead": 4}, [[*range(10)]], "a window of 3 and a lead of 4 need at least 7"),
        (
            {"rollout": "state"},
            [[*range(10)]],
            "6 of them to train on; a sequence of 12 and a lead of 1 need at least 13: .* a smaller --sequence",
        ),
        ({"rollout": "state", "sequence": 5, "lead": 2}, [[*range(10)]], "a sequence of 5 and a lead of 2 need at"),
        ({"validation_share": 0.4}, [[*range(10)]], "none of load.csv's 10 rows is left to test on"),
        ({}, [[5] * 6 + [1, 2, 3, 4]], "a never changes in the 6 training rows of load.csv: there is nothing to learn"),
        ({"scaler": "none"}, [[0.1] * 10], "a never changes"),
        ({}, [[*range(10)], [7] * 10], "b never changes"),
        ({}, [[1e308, -1e308] * 5], "can't be scaled: its values lie too far apart"),
        ({}, [[1e-320, 0] * 5], "can't be scaled: its values lie .* too near"),
        ({"scaler": "none"}, [[1, 2, 3, 4, 5, 6, 7, 1e39, 9, 10]], 'row 8 of column "a" is 1e\\+39: too large'),
    ],
)
def test_what_can_not_be_learned_from_is_refused(
    values: dict[str, object], columns: list[list[float]], message: str
) -> None:
    with pytest.raises(SeriesError, match=message):
        prepare(SMALL.with_values(values), series(*columns))


def test_a_recipe_without_a_series_is_refused() -> None:
    with pytest.raises(RecipeError, match="names no series: give a file with --csv"):
        load_series(Recipe())


def test_a_target_that_is_no_column_is_refused() -> None:
    with pytest.raises(RecipeError, match="the targets b must be among the columns a"):
        prepare(SMALL.with_values({"csv": "x", "target": ["b"]}), series([*range(10)]))
