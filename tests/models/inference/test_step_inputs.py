"""What a step takes in, on values that tell their own places."""

import numpy as np
import pytest

from models.inference.step_inputs import known_of_targets, next_values, step_inputs, window_inputs
from models.spec.covariate import Covariate
from tests.support.tiny import tiny_spec

# One row of one feature, whose value at each time is the time.
VALUES = np.arange(10, dtype=np.float32)[:, None, None]


def test_a_step_takes_in_the_value_a_lead_before_its_target_as_a_view() -> None:
    for lead in (1, 3):
        came = step_inputs(tiny_spec(lead=lead), VALUES, target=5, steps=2)
        assert came[..., 0].tolist() == [[5 - lead], [6 - lead]]
        assert np.shares_memory(came, VALUES)


def test_lags_are_counted_from_the_target() -> None:
    came = step_inputs(tiny_spec(lead=2, lags=(5, 2)), VALUES, target=6, steps=3)
    assert came[:, 0].tolist() == [[4, 1, 4], [5, 2, 5], [6, 3, 6]]


def test_the_calendar_comes_last() -> None:
    spec = tiny_spec(lags=(4,), calendar=("day",), frequency="1h")
    known_future = np.array([[[0.25, 0.5]], [[0.75, 1]]], np.float32)
    came = step_inputs(spec, VALUES, target=5, steps=2, known_future=known_future)
    assert came[:, 0].tolist() == [[4, 1, 0.25, 0.5], [5, 2, 0.75, 1]]


def test_every_lag_is_of_all_features() -> None:
    values = np.array([[[0, 10]], [[1, 11]], [[2, 12]], [[3, 13]]], np.float32)
    came = step_inputs(tiny_spec(features=("a", "b"), lags=(2, 3)), values, target=3, steps=1)
    assert came.tolist() == [[[2, 12, 1, 11, 0, 10]]]


@pytest.mark.parametrize(
    ("lead", "lags", "expected"),
    [
        (1, (), [[0], [1], [2]]),
        (3, (), [[0], [1], [2]]),
        (1, (4,), [[3, 0], [4, 1], [5, 2]]),
        (2, (2, 5), [[3, 3, 0], [4, 4, 1], [5, 5, 2]]),
    ],
)
def test_the_windows_last_target_is_the_value_after_the_context(
    lead: int, lags: tuple[int, ...], expected: list[list[float]]
) -> None:
    spec = tiny_spec(window=3, lead=lead, lags=lags)
    contexts = np.stack([VALUES[: spec.input_length, 0], 100 + VALUES[: spec.input_length, 0]])
    came = window_inputs(spec, contexts)
    assert came.flags.c_contiguous
    assert came[:, 0].tolist() == expected
    assert came[:, 1].tolist() == [[100 + value for value in row] for row in expected]


def test_the_windows_calendar_begins_with_its_first_target() -> None:
    spec = tiny_spec(window=2, lead=2, calendar=("day",), frequency="1h")
    known_future = np.arange(8, dtype=np.float32).reshape(1, 4, 2)
    came = window_inputs(spec, np.array([[[7], [8], [9]]], np.float32), known_future)
    assert came[:, 0].tolist() == [[7, 0, 1], [8, 2, 3]]


def test_an_output_is_the_next_values_time_first() -> None:
    one = np.array([[[1.0, 10.0], [2.0, 20.0]], [[3, 30], [4, 40]]], np.float32)  # two steps, rows and targets
    assert next_values(tiny_spec(features=("a", "b")), one).tolist() == one.tolist()
    three = np.array([[[1.0, 10, 2, 20, 3, 30], [4, 40, 5, 50, 6, 60]]], np.float32)
    spec = tiny_spec(features=("a", "b"), outputs=3)
    first = [[[1, 10], [4, 40]], [[2, 20], [5, 50]], [[3, 30], [6, 60]]]
    assert next_values(spec, three).tolist() == first
    both = next_values(spec, np.concatenate([three, -three])).tolist()
    assert both == [*first, *(-np.array(first)).tolist()]


def test_what_is_known_of_forecast_steps_is_that_of_their_own_targets() -> None:
    spec = tiny_spec(window=2, outputs=2, future=(Covariate(name="x"),), static=(Covariate(name="z"),))
    known_future = np.arange(9, dtype=np.float32).reshape(1, 3, 3)  # x, the next target's x, z
    found = known_of_targets(spec, known_future)
    assert found is not None
    assert found.tolist() == [[[3, 5], [6, 8]]]
    assert known_of_targets(spec, None) is None
