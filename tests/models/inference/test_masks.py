"""Masks of missing values beside what is known of each step."""

import numpy as np
import pytest

from models.errors import InvalidWindow
from models.inference.masks import with_masks
from tests.support.constant import constant, plain_spec

MISSING = np.array([[False, True, False, True]])[..., None]  # of a context of four


def test_the_window_s_steps_have_that_of_their_newest_value_and_later_ones_none() -> None:
    spec = plain_spec(masked=True, window=3)
    assert with_masks(spec, MISSING, 2, None)[0, :, 0].tolist() == [1, 0, 1, 0]
    known = np.full((1, 4, 2), 5, np.float32)
    assert with_masks(spec, MISSING, 2, known)[0].tolist() == [[5, 5, 1], [5, 5, 0], [5, 5, 1], [5, 5, 0]]


def test_with_a_lead_true_values_after_the_first_window_have_theirs() -> None:
    spec = plain_spec(masked=True, window=2, lead=2)
    assert with_masks(spec, MISSING[:, 1:], 1, None)[0, :, 0].tolist() == [1, 0]
    assert with_masks(spec, MISSING[:, 1:], 3, None)[0, :, 0].tolist() == [1, 0, 1, 0]


def test_a_window_with_gaps_is_prepared_with_the_last_known_values() -> None:
    forecaster = constant(0, plain_spec(masked=True, window=3))
    assert forecaster.spec.channels == 2
    inputs = forecaster.prepare([[1.0, None, 3.0], [None, 5.0, None]], 1)
    assert inputs.contexts[..., 0].tolist() == [[1, 1, 3], [5, 5, 5]]
    assert inputs.known_future is not None
    assert inputs.known_future[..., 0].tolist() == [[0, 1, 0], [1, 0, 1]]


def test_a_window_without_any_value_and_one_with_gaps_where_none_may_be_are_refused() -> None:
    with pytest.raises(InvalidWindow, match="expected a number, but none came") as raised:
        constant(0, plain_spec(masked=True)).prepare([[1.0, 2.0], [None, None]])
    assert raised.value.location == (1, 0)
    with pytest.raises(InvalidWindow, match="expected a number, but none came: values must be finite") as raised:
        constant(0).prepare([[1.0, None, 2.0, None]])
    assert raised.value.location == (0, 3)
