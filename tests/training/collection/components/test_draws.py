"""Random parameters, and rows of random kinds."""

import numpy as np

from training.collection.components.draws import Kind, Rows, log_uniform, mixture, signs, some, uniform


def ones(_: np.random.Generator, rows: int, length: int) -> Rows:
    return np.ones((rows, length))


def numbered(_: np.random.Generator, rows: int, length: int) -> Rows:
    return np.tile(np.arange(10.0, 10 + rows)[:, None], length)


def test_a_mixture_follows_its_weights_and_keeps_the_rows_of_a_kind_apart() -> None:
    rows = mixture(np.random.default_rng(1), [Kind(ones, 3), Kind(numbered, 1)], 4000, 2)
    counted = rows[rows[:, 0] >= 10, 0]
    np.testing.assert_array_equal(counted, np.arange(10.0, 10 + counted.size))
    assert 0.22 < counted.size / 4000 < 0.28


def test_parameters_stay_in_their_range_with_their_middle_where_it_belongs() -> None:
    rng = np.random.default_rng(2)
    even, logs = uniform(rng, 1, 100, 4000), log_uniform(rng, 1, 100, 4000)
    for drawn, middle in ((even, 50.5), (logs, 10.0)):
        assert drawn.shape == (4000, 1)
        assert drawn.min() >= 1
        assert drawn.max() <= 100
        assert abs(np.median(drawn) / middle - 1) < 0.15


def test_signs_and_rows_come_with_their_shares() -> None:
    rng = np.random.default_rng(3)
    drawn = signs(rng, 4000, 0.8)
    assert set(drawn.ravel()) == {-1.0, 1.0}
    assert 0.77 < (drawn > 0).mean() < 0.83
    chosen = some(rng, 0.25, 4000)
    assert np.unique(chosen).size == chosen.size
    assert 0.22 < chosen.size / 4000 < 0.28
