"""Windows as they were sent, and where in them something is wrong."""

from typing import Any

import numpy as np
import pytest

from models.errors import InvalidWindow
from models.inference.input_windows import check_finite, newest_values

NAN, INF = float("nan"), float("inf")


def test_each_window_is_cut_to_its_newest_values() -> None:
    found = newest_values([[1, 2, 3], [4, 5], [6, 7, 8, 9]], 2, ["a"], "it")
    assert found.tolist() == [[[2], [3]], [[4], [5]], [[8], [9]]]
    assert found.dtype == np.float64


def test_one_window_has_the_shape_of_many() -> None:
    assert newest_values([[1, 2, 3]], 2, ["a"], "it").tolist() == [[[2], [3]]]


def test_one_feature_may_come_as_numbers_or_as_rows_of_one() -> None:
    windows: list[Any] = [[1, 2], [[3], [4]], np.array([5.0, 6.0]), np.array([[7.0], [8.0]])]
    assert newest_values(windows, 2, ["a"], "it")[..., 0].tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


def test_rows_keep_the_order_of_their_features() -> None:
    windows = [[[0, 0], [1, 10], [2, 20]], [[3, 30], [4, 40]]]
    assert newest_values(windows, 2, ["a", "b"], "it").tolist() == [[[1, 10], [2, 20]], [[3, 30], [4, 40]]]


def test_windows_of_one_array_are_cut_alike() -> None:
    windows = np.arange(12.0).reshape(2, 3, 2)
    assert newest_values(windows, 2, ["a", "b"], "it").tolist() == windows[:, 1:].tolist()


def test_what_is_older_than_the_context_is_not_looked_at() -> None:
    windows: list[Any] = [[[1, 2, 3], "old", 4.0, 5.0]]
    assert newest_values(windows, 2, ["a"], "it")[..., 0].tolist() == [[4, 5]]


@pytest.mark.parametrize(
    ("window", "features", "message", "location"),
    [
        ([1.0], ["a"], "the window has 1 value; it@3 needs at least 2", ()),
        ([], ["a"], "the window has 0 values; it@3 needs at least 2", ()),
        ([[1.0, 2.0]], ["a", "b"], "the window has 1 value; it@3 needs at least 2", ()),
        ([[0.0], 1.0, [2.0], [3.0, 4.0]], ["a"], "each value must be a number, but a row of 2 came", (3,)),
        ([0.0, 0.0, [1.0, 2.0], 1.0], ["a"], "each value must be a number, but a row of 2 came", (2,)),
        ([[0, 0], [0, 0], [1], [0, 0]], ["a", "b"], "must be a row of 2 numbers (a, b), but a row of 1 came", (2,)),
        ([[0, 0], [0, 0], 7, [0, 0]], ["a", "b"], "a row of 2 numbers (a, b), but a single number came", (2,)),
        ([0.0, 1.0, 2.0], ["a", "b"], "a row of 2 numbers (a, b), but a single number came", (1,)),
        ([[0, 0, 0], [0, 0, 0]], ["a", "b"], "a row of 2 numbers (a, b), but a row of 3 came", (0,)),
        ([1.0, "x"], ["a"], "each value must be a number", ()),
    ],
)
@pytest.mark.parametrize("before", [0, 2])
def test_a_window_that_does_not_fit_is_told_by_its_index_and_where_it_begins_not_to(
    window: Any, features: list[str], message: str, location: tuple[int, ...], before: int
) -> None:
    good = [[0.0] * len(features)] * 3
    with pytest.raises(InvalidWindow) as caught:
        newest_values([*[good] * before, window, [], good], 2, features, "it@3")
    assert message in str(caught.value)
    assert caught.value.location == (before, *location)


def test_no_window_is_refused() -> None:
    with pytest.raises(InvalidWindow, match="at least one window is needed") as caught:
        newest_values([], 2, ["a"], "it")
    assert caught.value.location == ()


def located(scaled: Any, raw: Any, windows: Any) -> tuple[int | str, ...]:
    """Where a value that is not finite lies."""
    with pytest.raises(InvalidWindow, match="values must be finite and fit in 32-bit floats") as caught:
        check_finite(np.array(scaled, np.float32), np.array(raw, np.float64), windows)
    return caught.value.location


def test_finite_values_pass() -> None:
    check_finite(np.array([[[3e38], [-3e38]]], np.float32), np.array([[[3e38], [-3e38]]]), [[3e38, -3e38]])


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_bad_value_is_named_by_its_window_and_its_place_in_all_that_was_sent(bad: float) -> None:
    windows = [[1, 2], [9, 9, 9, 1, bad], [bad, 1]]
    assert located([[[1], [2]], [[1], [bad]], [[bad], [1]]], [[[1], [2]], [[1], [bad]], [[bad], [1]]], windows) == (
        1,
        4,
    )


def test_where_a_bad_value_spoils_the_scale_of_all_it_is_still_the_one_named() -> None:
    assert located([[[NAN], [NAN], [NAN]]], [[[1e300], [NAN], [3]]], [[0, 0, 1e300, NAN, 3]]) == (0, 3)


def test_where_every_value_is_finite_the_one_farthest_from_0_is_named() -> None:
    assert located([[[NAN], [NAN], [NAN]]], [[[5], [-1e308], [1e307]]], [[5, -1e308, 1e307]]) == (0, 1)


def test_a_bad_value_is_looked_for_in_its_own_column() -> None:
    raw = [[[1, 1e9], [2, 3], [1e6, 4]]]  # of which only 1e6 is far, in units of its column
    assert located([[[0, 0], [0, 0], [INF, 0]]], raw, raw) == (0, 2)


def test_with_differences_the_place_is_that_of_the_value_and_not_of_the_change() -> None:
    # Two changes of three values: the first one is bad, and so is the first value that it is made of.
    assert located([[[INF], [1]]], [[[-1e300], [1], [2]]], [[7, 7, -1e300, 1, 2]]) == (0, 2)


def test_rows_of_ragged_lists_are_an_invalid_window() -> None:
    with pytest.raises(InvalidWindow):
        newest_values([[[[1.0, 2.0], [3.0]]]], 1, ["a"], "it")  # type: ignore[list-item]
