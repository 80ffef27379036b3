"""The mixture as a whole: what it promises, and that it holds what real collections hold."""

import numpy as np
import pytest

from training.collection.synthetic import synthetic_series

SEASONS: list[list[int]] = [[], [2], [4], [5], [7], [12], [37], [52], [24, 168], [48, 336], [24, 168, 8766], [12, 13]]


@pytest.mark.parametrize("seasons", SEASONS)
@pytest.mark.parametrize("length", [1, 2, 9, 60, 500])
def test_rows_are_finite_and_of_the_shape_that_is_asked(seasons: list[int], length: int) -> None:
    values = synthetic_series(np.random.default_rng(1), 150, length, seasons)
    assert values.shape == (150, length)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_rows(count: int) -> None:
    assert synthetic_series(np.random.default_rng(1), count, 30, [7]).shape == (count, 30)


def test_a_generator_decides_everything() -> None:
    first, same = (synthetic_series(np.random.default_rng(5), 40, 50, [12]) for _ in range(2))
    other = synthetic_series(np.random.default_rng(6), 40, 50, [12])
    np.testing.assert_array_equal(first, same)
    assert not (first == other).all(axis=1).any()


def test_rows_differ_also_where_their_scale_is_taken_out() -> None:
    values = synthetic_series(np.random.default_rng(2), 300, 60, [12])
    standard = (values - values.mean(axis=1, keepdims=True)) / (values.std(axis=1, keepdims=True) + 1e-300)
    assert len(np.unique(standard.round(6), axis=0)) == 300


@pytest.mark.parametrize(("length", "seasons"), [(40, []), (132, [12]), (200, [7]), (700, [24, 168])])
def test_most_rows_are_positive_and_hardly_any_degenerate(length: int, seasons: list[int]) -> None:
    values = synthetic_series(np.random.default_rng(3), 2000, length, seasons)
    assert 0.62 < (values > 0).all(axis=1).mean() < 0.82
    assert (values == values[:, :1]).all(axis=1).mean() < 0.01
    away = np.abs(values - np.median(values, axis=1, keepdims=True))
    one_value = away.max(axis=1) > 0.95 * away.sum(axis=1)
    assert one_value.mean() < 0.01


def test_scales_span_many_orders_of_magnitude() -> None:
    sizes = np.log10(np.abs(synthetic_series(np.random.default_rng(4), 2000, 40, [])).max(axis=1))
    low, high = np.percentile(sizes, [2, 98])
    assert low < -1.5
    assert high > 6.5


def test_many_rows_show_the_season_that_is_named_and_some_do_not() -> None:
    season = 12
    values = synthetic_series(np.random.default_rng(5), 2000, 240, [season])
    steps = np.diff(values, axis=1)
    by_phase = steps[:, : steps.shape[1] // season * season].reshape(len(steps), -1, season)
    share = by_phase.mean(axis=1).var(axis=1) / (steps.var(axis=1) + 1e-300)
    assert 0.3 < (share > 0.5).mean() < 0.7
    assert 0.15 < (share < 0.1).mean() < 0.5


def test_some_rows_are_counts_with_many_zeros() -> None:
    values = synthetic_series(np.random.default_rng(6), 2000, 100, [7])
    assert 0.02 < ((values == 0).mean(axis=1) > 0.3).mean() < 0.1


@pytest.mark.parametrize("seasons", [[1], [0, 7], [168, 24], [7, 7]])
def test_seasons_that_can_not_be(seasons: list[int]) -> None:
    with pytest.raises(ValueError, match="expected ascending lengths of at least 2"):
        synthetic_series(np.random.default_rng(1), 3, 30, seasons)


@pytest.mark.parametrize(("count", "length"), [(-1, 30), (3, 0)])
def test_sizes_that_can_not_be(count: int, length: int) -> None:
    with pytest.raises(ValueError, match="expected a count from 0 and a length from 1"):
        synthetic_series(np.random.default_rng(1), count, length, [])
