"""Scaling there and back."""

import numpy as np
import pytest
from pydantic import ValidationError

from models.scaling import Scaler

ROWS = np.array([[1.0, 100], [3, 300]])


def test_standard_scaling_is_per_column() -> None:
    scaler = Scaler.fit("standard", ROWS)
    assert scaler.mean == (2.0, 200.0)
    assert scaler.scale == (1.0, 100.0)
    assert scaler.of(ROWS[None]).scaled(ROWS).tolist() == [[-1, -1], [1, 1]]
    assert scaler.of(ROWS[None]).scaled(ROWS).dtype == np.float32


def test_none_changes_nothing() -> None:
    scaler = Scaler.fit("none", ROWS)
    assert scaler.of(ROWS[None]).scaled(ROWS).tolist() == ROWS.tolist()
    assert scaler.of(ROWS[None]).unscaled(ROWS).tolist() == ROWS.tolist()


def test_unscaling_takes_the_target_columns_alone() -> None:
    scaler = Scaler.fit("standard", ROWS)
    assert scaler.of(ROWS[None]).columns((1,)).unscaled(np.array([[-1.0], [1]], np.float32)).tolist() == [[100], [300]]


def test_there_and_back() -> None:
    scale = Scaler.fit("standard", ROWS).of(ROWS[None])
    assert np.allclose(scale.unscaled(scale.scaled(ROWS)), ROWS)


def test_a_value_beyond_float32_becomes_infinite_without_a_warning() -> None:
    scaled = Scaler.fit("none", ROWS).of(ROWS[None]).scaled(np.array([[1e300, -1e300]]))
    assert scaled.tolist() == [[np.inf, -np.inf]]


def test_a_column_without_spread_is_refused() -> None:
    with pytest.raises(ValidationError, match="above 0"):
        Scaler.fit("standard", np.ones((5, 1)))


def test_means_and_scales_must_match() -> None:
    with pytest.raises(ValidationError, match="as many means as scales, not 2 and 1"):
        Scaler(kind="standard", mean=(0, 0), scale=(1,))


def test_scalers_compare_after_they_were_used() -> None:
    one, other = Scaler.fit("standard", ROWS), Scaler.fit("standard", ROWS)
    one.of(ROWS[None]).scaled(ROWS)
    other.of(ROWS[None]).unscaled(ROWS)
    assert one == other
