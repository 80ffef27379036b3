"""What stands in for missing values."""

import numpy as np
import pytest

from models.timeseries.missing_values import fill_forward

GAP = np.nan


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, GAP, GAP, 4, GAP], [1, 1, 1, 4, 4]),
        ([GAP, GAP, 3.0], [3, 3, 3]),
        ([1.0, 2], [1, 2]),
    ],
)
def test_the_last_known_value_stands_in_and_before_it_the_first(values: list[float], expected: list[float]) -> None:
    column = np.array(values)[:, None]
    assert fill_forward(column)[:, 0].tolist() == expected
    both = fill_forward(np.stack([column, column + 1]))
    assert both[1, :, 0].tolist() == [value + 1 for value in expected]


def test_a_column_without_any_value_stays_and_what_is_whole_comes_back_itself() -> None:
    filled = fill_forward(np.array([[GAP, 1.0], [GAP, GAP]]))
    assert np.isnan(filled[:, 0]).all()
    assert filled[:, 1].tolist() == [1, 1]
    whole = np.ones((2, 2))
    assert fill_forward(whole) is whole
