"""Scaling there and back."""

import numpy as np
import pytest
from pydantic import ValidationError

from models.timeseries.scaling import Scale, Scaler

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


def test_a_context_is_scaled_by_its_own_mean_and_spread() -> None:
    scaler = Scaler.fit("context", ROWS)
    contexts = np.array([[[1.0, 100], [3, 300]], [[-50, 7], [50, 9]]])
    scale = scaler.of(contexts)
    assert scale.mean.tolist() == [[[2, 200]], [[0, 8]]]
    assert scale.scale.tolist() == [[[1, 100]], [[50, 1]]]
    assert scale.scaled(contexts).tolist() == [[[-1, -1], [1, 1]]] * 2
    assert scale.unscaled(scale.scaled(contexts)).tolist() == contexts.tolist()


def test_with_a_season_the_mean_is_that_of_the_last_one() -> None:
    scaler = Scaler.fit("context", ROWS[:, :1], season=2)
    contexts = np.array([[[1.0], [5], [3], [7]], [[0], [0], [4], [4]]])
    scale = scaler.of(contexts)
    assert scale.mean.tolist() == [[[5]], [[4]]]
    assert scale.scale.tolist() == [[[5**0.5]], [[2]]]
    assert scaler.of(contexts[:, :1]).mean.tolist() == [[[1]], [[0]]]  # what there is of a season
    assert Scaler.fit("standard", ROWS, season=2).season is None


def test_some_columns_of_a_contexts_scale() -> None:
    scale = Scaler.fit("context", ROWS).of(np.array([[[1.0, 100], [3, 300]]])).columns((1,))
    assert (scale.mean.tolist(), scale.scale.tolist()) == ([[[200]]], [[[100]]])


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.0, 0, 0], 1.0),
        ([5.0, 5, 5], 5e-4),
        ([-1000.0, -1000, -1000.001], 0.1),  # it spreads less than a ten-thousandth of its level
        ([1e-320, 1e-320, 1e-320], 1.0),
    ],
)
def test_a_context_that_hardly_changes_is_scaled_by_its_level(values: list[float], scale: float) -> None:
    context = np.array(values)[None, :, None]
    came = Scaler.fit("context", ROWS[:, :1]).of(context)
    assert came.scale.item() == pytest.approx(scale)
    assert np.abs(came.scaled(context)).max() < 0.02


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_a_context_that_can_not_be_scaled_becomes_nan_without_a_warning_and_leaves_others_alone(bad: float) -> None:
    contexts = np.array([[[1.0], [bad]], [[1], [3]]])
    scaled = Scaler.fit("context", ROWS[:, :1]).of(contexts).scaled(contexts)
    assert np.isnan(scaled[0]).all()
    assert scaled[1].tolist() == [[-1], [1]]


def test_what_passes_all_floats_on_the_way_back_becomes_infinite() -> None:
    scale = Scale(np.array([0.0]), np.array([1e308]))
    assert scale.unscaled(np.array([[1.0], [20], [-20]])).tolist() == [[1e308], [np.inf], [-np.inf]]


def test_steps_have_scales_of_their_own_where_there_are_several() -> None:
    own = Scale(np.arange(6.0).reshape(1, 6, 1), 1 + np.arange(6.0).reshape(1, 6, 1))
    assert own.steps(2, 3).mean.ravel().tolist() == [2, 3, 4]
    assert own.steps(2, 3).scale.ravel().tolist() == [3, 4, 5]
    for alike in (Scale(np.zeros(2), np.ones(2)), Scale(np.zeros((4, 1, 2)), np.ones((4, 1, 2)))):
        assert alike.steps(2, 3) is alike
