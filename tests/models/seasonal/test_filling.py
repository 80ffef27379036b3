"""Missing values of a window."""

import numpy as np
import pytest

from models.seasonal.filling import filled

NAN = np.nan


def test_a_window_without_gaps_stays_the_same() -> None:
    values = np.array([1.0, 2, 3])
    assert filled(values, ()) is values


def test_without_seasons_lines_go_between_and_the_ends_stay() -> None:
    values = filled(np.array([NAN, 1.0, NAN, NAN, 4, NAN, NAN]), ())
    assert values.tolist() == [1, 1, 2, 3, 4, 4, 4]


def test_a_gap_has_its_season() -> None:
    whole = np.resize([3.0, -1, -4, 2], 40) + 0.5 * np.arange(40)
    gaps = whole.copy()
    gaps[[5, 18, 19, 31]] = NAN
    with_season, without = (np.abs(filled(gaps, seasons) - whole).max() for seasons in ((4,), ()))
    assert with_season < 0.6 * without
    assert np.array_equal(filled(gaps, (4,))[~np.isnan(gaps)], whole[~np.isnan(gaps)])


def test_one_known_value_stands_everywhere() -> None:
    values = np.full(24, NAN)
    values[7] = 5
    assert filled(values, ()).tolist() == [5.0] * 24
    assert np.allclose(filled(values, (4, 12)), 5)


@pytest.mark.parametrize("size", [1e300, 1e-300, 1e308])
def test_huge_and_tiny_values_are_filled_alike(size: float) -> None:
    shape = np.resize([0.5, -1.0, 0.25, 0.25], 24)
    shape[[3, 10, 17]] = NAN
    assert np.allclose(filled(shape * size, (4,)) / size, filled(shape, (4,)))


def test_a_season_that_multiplies_is_kept_in_a_gap() -> None:
    whole = np.linspace(10, 100, 48) * np.resize([1.3, 0.9, 0.6, 1.2], 48)
    gaps = whole.copy()
    gaps[[20, 33]] = NAN
    assert np.allclose(filled(gaps, (4,)), whole, rtol=0.15)


def test_where_no_value_is_negative_none_is_filled_in() -> None:
    values = np.array([0.0, 10] * 4 + [0, 2] * 3 + [NAN, 2])
    assert filled(values, (2,))[-2] == 0
    assert filled(values - 5, (2,))[-2] < -5
