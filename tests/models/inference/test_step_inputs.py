"""What a step takes in, on values that tell their own places."""

import numpy as np

from models.inference.step_inputs import next_values, step_inputs
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


def test_an_output_is_the_next_values_time_first() -> None:
    one = np.array([[[1.0, 10.0], [2.0, 20.0]], [[3, 30], [4, 40]]], np.float32)  # two steps, rows and targets
    assert next_values(tiny_spec(features=("a", "b")), one).tolist() == one.tolist()
    three = np.array([[[1.0, 10, 2, 20, 3, 30], [4, 40, 5, 50, 6, 60]]], np.float32)
    spec = tiny_spec(features=("a", "b"), outputs=3)
    first = [[[1, 10], [4, 40]], [[2, 20], [5, 50]], [[3, 30], [6, 60]]]
    assert next_values(spec, three).tolist() == first
    both = next_values(spec, np.concatenate([three, -three])).tolist()
    assert both == [*first, *(-np.array(first)).tolist()]
