"""The test of Diebold and Mariano, against tables and worked-out values."""

import numpy as np
import pytest

from training.evaluation.diebold_mariano import diebold_mariano, two_sided


@pytest.mark.parametrize(
    ("statistic", "degrees", "p_value"),
    [(12.706, 1, 0.05), (2.228, 10, 0.05), (3.169, 10, 0.01), (1.96, 1_000_000, 0.05), (0, 5, 1.0)],
)
def test_students_t_is_that_of_the_tables(statistic: float, degrees: int, p_value: float) -> None:
    assert two_sided(statistic, degrees) == pytest.approx(p_value, abs=2e-4)


def test_without_overlap_it_is_the_t_test_of_the_mean() -> None:
    differences = np.array([1.0, 2, 3, 4, 0])  # mean 2, variance 2.5 by n - 1
    statistic = 2 / (2.5 / 5) ** 0.5
    # Harvey's factor (n - 1) / n turns the variance by n into that by n - 1.
    assert diebold_mariano([differences], 0) == pytest.approx(two_sided(statistic, 4))


def test_overlap_counts_covariances_and_shrinks_the_statistic() -> None:
    differences = np.array([1.0, 2, 3, 4, 5, 0])
    centred = differences - 2.5
    variance = (centred @ centred + 2 * (centred[1:] @ centred[:-1])) / 36
    harvey = (6 + 1 - 4 + 2 / 6) / 6
    statistic = 2.5 / variance**0.5 * harvey**0.5
    assert diebold_mariano([differences], 1) == pytest.approx(two_sided(statistic, 5))


def test_series_share_no_covariance() -> None:
    first, second = np.array([1.0, 2, 3]), np.array([4.0, 5, 3.5])
    joined = diebold_mariano([np.concatenate([first, second])], 1)
    assert diebold_mariano([first, second], 1) != joined
    assert diebold_mariano([first, second], 0) == diebold_mariano([np.concatenate([first, second])], 0)


@pytest.mark.parametrize("differences", [[], [1.0], [0.5, 0.5, 0.5]])
def test_where_nothing_can_be_told_there_is_no_value(differences: list[float]) -> None:
    assert diebold_mariano([np.array(differences)], 3) is None


def test_a_negative_variance_is_not_used() -> None:
    assert diebold_mariano([np.array([1.0, -1, 1, -1, 1, -1, 1])], 1) == pytest.approx(0.87, abs=0.1)


def test_forecasts_that_err_alike_are_seldom_told_apart() -> None:
    random = np.random.default_rng(0)
    found = 0
    for _ in range(300):
        differences = np.convolve(random.normal(size=205), np.ones(6), "valid")
        p_value = diebold_mariano([differences], 5)
        found += p_value is not None and p_value < 0.05
    assert found < 40  # 15 are expected
