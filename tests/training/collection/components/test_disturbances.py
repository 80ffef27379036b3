"""Each disturbance by itself, on rows in which it is easily seen."""

from collections.abc import Callable

import numpy as np
import pytest

from training.collection.components.disturbances import (
    DISTURBANCES,
    Disturbance,
    disturb,
    late_start,
    level_shifts,
    limits,
    outage,
    outliers,
    plateau,
    rounded,
    temporary_shift,
)
from training.collection.components.draws import Rows

ROWS, LENGTH = 200, 100


def waves() -> Rows:
    values: Rows = 5 + np.sin(np.arange(LENGTH) + np.arange(ROWS)[:, None])
    return values


def disturbed(apply: Callable[[np.random.Generator, Rows], Rows]) -> Rows:
    return apply(np.random.default_rng(1), waves())


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda disturbance: disturbance.apply.__name__)
@pytest.mark.parametrize("length", [1, 2, 100])
def test_every_disturbance_keeps_the_shape_and_finite_values(disturbance: Disturbance, length: int) -> None:
    made = disturbance.apply(np.random.default_rng(1), waves()[:, :length])
    assert made.shape == (ROWS, length)
    assert np.isfinite(made).all()


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda disturbance: disturbance.apply.__name__)
def test_every_disturbance_leaves_its_argument_alone_and_changes_most_rows(disturbance: Disturbance) -> None:
    values = waves()
    made = disturbance.apply(np.random.default_rng(1), values)
    np.testing.assert_array_equal(values, waves())
    assert (made != values).any(axis=1).mean() > 0.5


def test_a_level_shift_lasts_and_a_temporary_one_fades() -> None:
    lasting, fading = (np.abs(disturbed(apply) - waves()) for apply in (level_shifts, temporary_shift))
    assert (lasting[:, -1] > 0.1).mean() > 0.9
    assert (fading[:, -1] < fading.max(axis=1)).mean() > 0.9
    assert np.median(fading[:, -1]) < 0.1


def test_outliers_are_few() -> None:
    hit = disturbed(outliers) != waves()
    assert 0.003 < hit.mean() < 0.05


def test_an_outage_is_one_run_of_zeros() -> None:
    zero = disturbed(outage) == 0
    assert (zero.any(axis=1)).all()
    assert ((np.diff(zero.astype(int), axis=1) == 1).sum(axis=1) + zero[:, 0]).max() == 1
    assert zero.sum(axis=1).max() <= LENGTH / 10 + 1


def test_a_plateau_repeats_the_value_before_it() -> None:
    made = disturbed(plateau)
    changed = made != waves()
    for row, where in zip(made, changed, strict=True):
        if where.any() and where.argmax() > 1:
            np.testing.assert_array_equal(row[where], row[where.argmax() - 1])


def test_a_late_start_has_zeros_first_and_only_there() -> None:
    zero = disturbed(late_start) == 0
    assert (np.diff(zero.astype(int), axis=1) <= 0).all()
    assert zero.sum(axis=1).max() <= 0.4 * LENGTH + 1


def test_limits_are_reached_by_several_values() -> None:
    made = disturbed(limits)
    at_top, at_bottom = ((made == edge(made, axis=1, keepdims=True)).sum(axis=1) for edge in (np.max, np.min))
    assert (np.maximum(at_top, at_bottom) >= 3).all()


def test_rounded_values_are_multiples_of_one_step() -> None:
    for row in disturbed(rounded):
        steps = np.diff(np.unique(row))
        np.testing.assert_allclose(steps / steps.min(), np.round(steps / steps.min()), atol=1e-6)


def test_few_rows_are_disturbed_and_none_falls_below_zero() -> None:
    values = np.tile(waves() - 3.9, (20, 1))
    before = values.copy()
    disturb(np.random.default_rng(2), values)
    assert 0.3 < (values != before).any(axis=1).mean() < 0.5
    assert values.min() == 0


def test_rows_below_zero_may_stay_there() -> None:
    values = waves() - 5
    disturb(np.random.default_rng(3), values)
    assert values.min() < -0.5
