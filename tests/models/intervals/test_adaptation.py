"""Bounds that follow a window's own errors, by hand."""

import numpy as np
import pytest

from models.intervals.adaptation import MAX_REPLAYS, adapted, known_errors, needed_window, replay_origins
from models.intervals.conformal import Bounds


def symmetric(*upper: float) -> Bounds:
    """Bounds of one target at some steps."""
    return Bounds(-np.array(upper)[:, None], np.array(upper)[:, None])


def test_origins_have_a_context_before_them_and_a_value_after() -> None:
    assert replay_origins(20, 8).tolist() == list(range(8, 20))
    many = replay_origins(10_000, 100)
    assert (len(many), many[0], many[-1]) == (MAX_REPLAYS, 100, 9_999)


def test_too_few_of_them_are_none() -> None:
    assert replay_origins(needed_window(8) - 1, 8).tolist() == []
    assert len(replay_origins(needed_window(8), 8)) == 10


def test_errors_are_known_up_to_the_window_s_end() -> None:
    window = np.array([[0.0], [1], [2], [3]])
    errors = known_errors(window, np.array([1, 3]), np.full((2, 3, 1), 0.5))
    assert np.nan_to_num(errors[..., 0], nan=-9).tolist() == [[0.5, 1.5, 2.5], [2.5, -9, -9]]


def test_errors_twice_as_large_as_calibration_s_widen_the_bounds_towards_twice() -> None:
    calibrated = np.linspace(0.1, 1, 10)  # whose 80th percentile is about 0.8
    errors = np.tile(calibrated, 20)[:, None, None]
    same = adapted(symmetric(0.82), symmetric(0.82), errors, 80).upper.item()
    assert same == pytest.approx(0.82, rel=0.02)
    twice = adapted(symmetric(0.82), symmetric(0.82), 2 * errors, 80).upper.item()
    assert 1.9 * 0.82 < twice < 2 * 0.82  # calibration still counts a little


def test_few_errors_move_the_bounds_a_little() -> None:
    few, many = (adapted(symmetric(1), symmetric(1), np.full((count, 1, 1), 4.0), 80) for count in (2, 64))
    assert 1 < few.upper.item() < 2 < many.upper.item() < 4
    assert many.lower.item() == -many.upper.item()


def test_negative_errors_are_judged_by_the_lower_bound() -> None:
    narrow_below = Bounds(np.array([[-0.1]]), np.array([[1.0]]))
    followed = adapted(narrow_below, narrow_below, np.full((200, 1, 1), -0.2), 80)
    assert 1.8 < followed.lower.item() / -0.1 < 2  # as large as twice the bound
    assert followed.upper.item() == pytest.approx(-10 * followed.lower.item())


def test_each_step_is_judged_with_its_neighbours_only() -> None:
    steps = 12
    errors = np.ones((40, steps, 1))
    errors[:, 6:] = 3
    upper = adapted(symmetric(*[1.0] * steps), symmetric(*[1.0] * steps), errors, 80).upper[:, 0]
    assert upper[:4].tolist() == [1] * 4
    assert (upper[8:] > 2).all()


def test_a_step_without_a_known_error_keeps_its_bounds() -> None:
    assert adapted(symmetric(1), symmetric(1), np.full((5, 1, 1), np.nan), 80).upper.item() == 1
    assert adapted(symmetric(0), symmetric(0), np.ones((5, 1, 1)), 80).upper.item() == 0  # there is nothing to multiply


def test_the_share_that_is_covered_comes_near_the_level_after_a_shift() -> None:
    """Errors have grown threefold since calibration."""
    random = np.random.default_rng(0)
    bound = symmetric(1.2816)  # 80 % of standard normal errors
    covered = []
    for _ in range(300):
        errors = 3 * random.normal(size=(64, 1, 1))
        covered.append(abs(3 * random.normal()) <= adapted(bound, bound, errors, 80).upper.item())
    assert 0.7 < np.mean(covered) < 0.85
