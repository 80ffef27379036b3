"""Series that can't be learned from, refused when a dataset is built."""

import numpy as np
import pytest

from training.data.dataset import build_dataset
from training.errors import SeriesError
from training.reading.series import Series
from training.recipes.recipe import Recipe

SMALL = Recipe().with_values({"window": 3, "train_share": 0.6, "validation_share": 0.2})
PANEL = SMALL.with_values({"csv": "x", "id": "id", "test_rows": 2})


def series(*columns: list[float], name: str = "") -> Series:
    return Series(np.array(columns, np.float64).T, tuple("abc"[: len(columns)]), "load.csv", name)


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
        (
            {"lag": [4, 3], "difference": 2, "outputs": 2},
            [[*range(10)]],
            "a window of 3, a lead of 1, a longest lag of 4 and differences over 2 rows need at least 9",
        ),
        ({"validation_share": 0.4}, [[*range(10)]], "none of load.csv's 10 rows is left to test on"),
        ({}, [[5] * 6 + [1, 2, 3, 4]], "a never changes in the 6 training rows of load.csv: there is nothing to learn"),
        ({"scaler": "none"}, [[0.1] * 10], "a never changes"),
        ({}, [[*range(10)], [7] * 10], "b never changes"),
        ({"difference": 2}, [[*range(10)]], "a always changes by the same over 2 rows in the 4 training rows"),
        ({}, [[1e308, -1e308] * 5], "can't be scaled: its values lie too far apart"),
        ({}, [[1e-320, 0] * 5], "can't be scaled: its values lie .* too near"),
        ({"scaler": "none"}, [[1, 2, 3, 4, 5, 6, 7, 1e39, 9, 10]], 'row 8 of column "a" is 1e\\+39: too large'),
        ({"scaler": "context"}, [[1, 2, 3, 4, 5, 6, 7, 1e39, 9, 10]], 'row 8 of column "a" is 1e\\+39: too large'),
        ({"scaler": "none", "difference": 1}, [[1, 5, 2, 2, 2, 7, -1e39, 8, 9, 10]], 'row 7 of column "a" is -1e'),
    ],
)
def test_what_can_not_be_learned_from_is_refused(
    values: dict[str, object], columns: list[list[float]], message: str
) -> None:
    with pytest.raises(SeriesError, match=message):
        build_dataset(SMALL.with_values(values), [series(*columns)])


@pytest.mark.parametrize(
    ("many", "message"),
    [
        (
            [series([*range(9)], name="A"), series([1, 2, 3], name="B"), series([1, 2, 3, 4], name="C")],
            r'series "B" of load.csv has 1 rows before its test rows \(as do 1 more of 3 series\); a window of 3 and '
            "a lead of 1 need a context of 3 to forecast from: leave short series out",
        ),
        (
            [series([*range(5)], name="A"), series([*range(5)], name="B")],
            r'series "A" of load.csv, the longest of 2, has 5 rows, 3 of them to train on; .* need at least 4',
        ),
        ([series([1, 2, 3, 4, 5, 1e39, 1, 1], name="A")] * 2, 'row 6 of "A" of column "a" is 1e\\+39'),
    ],
)
def test_a_panel_names_the_series(many: list[Series], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        build_dataset(PANEL, many)


def test_a_short_burn_in_does_not_shorten_the_context() -> None:
    recipe = PANEL.with_values({"rollout": "state", "sequence": 4, "burn_in": 1, "scaler": "standard"})
    many = [series([*range(9)], name="A"), series([1, 2, 3, 4], name="B")]
    with pytest.raises(SeriesError, match=r'"B" of load\.csv has 2 rows before its test rows; a sequence of 4 and'):
        build_dataset(recipe, many)


def test_with_scales_of_their_own_contexts_may_be_constant() -> None:
    assert build_dataset(PANEL, [series([7] * 10, name="A")]).train.targets.tolist() == [[0]] * 5
