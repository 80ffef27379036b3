"""Every kind of noise: its size, its tails and its memory."""

import numpy as np
import pytest

from training.collection.components.draws import Kind, Rows
from training.collection.components.noise import FARTHEST, KINDS, noise


def made(name: str) -> Rows:
    make = next(kind.make for kind in KINDS if kind.make.__name__ == name)
    return make(np.random.default_rng(1), 400, 300)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.make.__name__)
def test_every_kind_is_about_zero_and_of_a_size_of_one(kind: Kind) -> None:
    values = kind.make(np.random.default_rng(2), 1000, 200)
    assert values.shape == (1000, 200)
    assert abs(values.mean()) < 0.05
    assert 0.75 < values.std() < 1.35


def test_a_mixture_is_finite_and_within_its_bound() -> None:
    values = noise(np.random.default_rng(3), 2000, 100)
    assert np.abs(values).max() <= FARTHEST
    assert noise(np.random.default_rng(3), 5, 1).shape == (5, 1)


def test_tails_are_heavier_than_gaussian() -> None:
    def beyond(name: str) -> float:
        return float((np.abs(made(name)) > 4).mean())

    assert beyond("_gaussian") < 2e-4
    assert min(beyond("_student"), beyond("_laplace")) > 1e-3


def test_garch_has_quiet_and_loud_stretches_without_memory_of_the_sign() -> None:
    def correlation(values: Rows) -> float:
        values = values - values.mean()
        return float((values[:, 1:] * values[:, :-1]).mean() / values.var())

    assert abs(correlation(made("_garch"))) < 0.05
    assert correlation(np.minimum(np.abs(made("_garch")), 4)) > 0.05
    assert abs(correlation(np.abs(made("_gaussian")))) < 0.02


def test_persistent_noise_remembers() -> None:
    values = made("_persistent")
    assert (values[:, 10:] * values[:, :-10]).mean() > 0.2
