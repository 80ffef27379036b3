"""A centred moving average over a season, and its straight ends."""

import numpy as np
import pytest

from models.seasonal.moving_average import centred_average


@pytest.mark.parametrize("season", [2, 3, 4, 7, 12])
def test_of_a_line_with_a_season_it_is_the_line(season: int) -> None:
    length = 4 * season + 1
    line = 5 + np.arange(0, length / 2, 0.5)
    shape = np.linspace(-1, 1, season)  # adds nothing over a whole season
    for values in (line, line + np.resize(shape, length)):
        assert np.allclose(centred_average(values[None], season), line)


def test_an_odd_season_s_mean_is_that_of_the_values_around() -> None:
    average = centred_average(np.array([[1.0, 5, 3, 7, 2, 9]]), 3)[0]
    assert np.allclose(average[1:-1], [3, 5, 4, 6])


def test_an_even_season_has_half_of_both_ends() -> None:
    average = centred_average(np.array([[1.0, 5, 3, 7, 2, 9]]), 2)[0]
    assert np.allclose(average[1:-1], [3.5, 4.5, 4.75, 5])


def test_the_ends_go_on_as_the_nearest_means_do() -> None:
    values = np.array([[0.0, 0, 0, 0, 0, 0, 0, 3, 6, 9, 12, 15]])
    average = centred_average(values, 3)[0]
    assert average[0] == 0
    assert average[-1] == pytest.approx(average[-2] + (average[-2] - average[-5]) / 3)


@pytest.mark.parametrize(("length", "season"), [(4, 2), (6, 3), (8, 4), (24, 12), (14, 7)])
def test_two_cycles_are_enough(length: int, season: int) -> None:
    values = np.resize(np.linspace(-1, 1, season), length)
    assert np.allclose(centred_average(values[None], season), 0)


def test_one_season_alone_has_its_mean_everywhere() -> None:
    for values in ([1.0, 2, 6], [1.0, 2, 6, 3]):
        assert centred_average(np.array([values]), len(values)).tolist() == [[3.0] * len(values)]


def test_each_row_has_its_own() -> None:
    values = np.random.default_rng(0).normal(size=(5, 30))
    together = centred_average(values, 7)
    for row, average in zip(values, together, strict=True):
        assert np.array_equal(centred_average(row[None], 7)[0], average)
