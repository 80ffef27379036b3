"""Every kind of trend, and the shapes that they are named after."""

import numpy as np
import pytest

from training.collection.components import trends
from training.collection.components.draws import Kind, Rows
from training.collection.components.trends import KINDS, trend


def paths(name: str, rows: int = 300, length: int = 100) -> Rows:
    make = next(kind.make for kind in KINDS if kind.make.__name__ == name)
    return make(np.random.default_rng(1), rows, length)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.make.__name__)
@pytest.mark.parametrize("length", [1, 7, 100, 1000])
def test_every_kind_moves_by_about_one(kind: Kind, length: int) -> None:
    made = kind.make(np.random.default_rng(2), 300, length)
    assert made.shape == (300, length)
    assert np.isfinite(made).all()
    if length > 7 and kind.make.__name__ != "_none":
        assert 0.15 < np.median(np.ptp(made, axis=1)) < 4


def test_a_damped_trend_slows_down() -> None:
    steps = np.abs(np.diff(paths("_damped"), axis=1))
    assert (np.diff(steps, axis=1) < 0).all()


def test_a_broken_trend_is_straight_but_for_a_few_points() -> None:
    bends = np.abs(np.diff(paths("_broken"), 2, axis=1)) > 1e-9
    assert bends.sum(axis=1).max() <= 6
    assert bends.any(axis=1).mean() > 0.9


def test_a_logistic_trend_keeps_its_direction() -> None:
    steps = np.diff(paths("_logistic"), axis=1)
    assert ((steps >= 0).all(axis=1) | (steps <= 0).all(axis=1)).all()


def test_more_lines_rise_than_fall() -> None:
    rising = paths("_linear", 4000)[:, -1] > 0
    assert rising.mean() == pytest.approx(trends.RISING, abs=0.03)


def test_a_momentum_walk_has_correlated_steps_and_a_random_walk_has_not() -> None:
    def correlation(name: str) -> float:
        steps = np.diff(paths(name), axis=1)
        steps -= steps.mean(axis=1, keepdims=True)
        return float((steps[:, 1:] * steps[:, :-1]).sum() / (steps**2).sum())

    assert correlation("_momentum") > 0.3
    assert abs(correlation("_random_walk")) < 0.05


def test_rows_are_of_many_kinds() -> None:
    made = trend(np.random.default_rng(3), 500, 80)
    flat, straight = np.ptp(made, axis=1) == 0, np.abs(np.diff(made, 2, axis=1)).max(axis=1) < 1e-9
    assert 0.01 < flat.mean() < 0.12
    assert 0.05 < straight.mean() < 0.35
