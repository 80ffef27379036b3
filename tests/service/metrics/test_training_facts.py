"""What of a version's training can be compared with: range, mean, spread and season."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from models.spec.manifest import Manifest
from models.spec.model_spec import TrainingRange
from service.metrics.training_facts import TrainingFacts, autocorrelations, season_of, training_seasonality
from tests.support.tiny import graph_of, tiny_description, tiny_spec


def manifest_of(minimum: Sequence[float] = (0.0,), maximum: Sequence[float] = (0.0,), **spec: Any) -> Manifest:
    shape = tiny_spec(**spec)
    description = tiny_description(shape, graph_of(shape))
    data = description.data.model_copy(update={"minimum": tuple(minimum), "maximum": tuple(maximum)})
    fields = {**dict(description), "data": data}
    return Manifest(**fields, name="tiny", version=1, created_at="2026-01-01T00:00:00Z", files={})


def test_a_standard_scaler_gives_training_a_mean_of_0_and_a_spread_of_1() -> None:
    facts = TrainingFacts.of(manifest_of(scaler="standard"))
    assert facts.mean is not None
    assert facts.spread is not None
    assert (facts.mean.tolist(), facts.spread.tolist()) == ([0.0], [1.0])


def test_without_a_scaler_mean_and_spread_are_those_of_the_goldens() -> None:
    facts = TrainingFacts.of(manifest_of(scaler="none"))
    goldens = np.linspace(0, 1, 8)
    assert facts.mean is not None
    assert facts.spread is not None
    np.testing.assert_allclose(facts.mean, [goldens.mean()])
    np.testing.assert_allclose(facts.spread, [goldens.std()])


def test_windows_scaled_by_themselves_have_no_mean_or_spread_to_compare() -> None:
    facts = TrainingFacts.of(manifest_of(scaler="context"))
    assert (facts.mean, facts.spread, facts.low, facts.high) == (None, None, None, None)


def test_the_range_is_what_training_saw_in_the_units_of_the_network() -> None:
    seen = TrainingRange(minimum=(-1.5,), maximum=(2.5,))
    facts = TrainingFacts.of(manifest_of(seen=seen))
    assert facts.low is not None
    assert facts.high is not None
    np.testing.assert_allclose([facts.low[0], facts.high[0]], [-1.5, 2.5], atol=1e-5)


def test_a_version_that_tells_no_range_of_its_own_has_that_of_its_data() -> None:
    facts = TrainingFacts.of(manifest_of([-3.0], [5.0]))  # the scaler of a tiny model: (value - 1) / 2
    assert facts.low is not None
    assert facts.high is not None
    np.testing.assert_allclose([facts.low[0], facts.high[0]], [-2.0, 2.0], atol=1e-5)
    assert TrainingFacts.of(manifest_of([-3.0], [5.0], difference=2)).low is None  # changes have another range


@pytest.mark.parametrize(
    ("spec", "season"),
    [
        ({}, None),
        ({"window": 8, "interval_season": 4}, 4),
        ({"window": 7, "interval_season": 4}, None),  # less than two seasons
        ({"window": 8, "interval_season": 4, "difference": 4}, None),  # the season is taken out
    ],
)
def test_the_season_is_known_where_two_of_them_are_looked_back_on(spec: dict[str, Any], season: int | None) -> None:
    assert season_of(manifest_of(**spec)) == season


def test_windows_that_repeat_themselves_have_an_autocorrelation_of_1_and_those_that_turn_over_of_minus_1() -> None:
    up_down = np.array([1.0, -1.0] * 4)
    windows = np.stack([up_down, 100 + 1e30 * up_down, np.full(8, 3.0)])[:, :, None]
    assert autocorrelations(windows, 2).tolist() == [[pytest.approx(2.0), 2.0]]  # the flat one has none
    assert autocorrelations(windows[:1], 1).tolist() == [[pytest.approx(-1.0), 1.0]]


def test_training_has_the_seasonality_of_the_goldens() -> None:
    assert training_seasonality(manifest_of()) == [None]
    (rising,) = training_seasonality(manifest_of(window=8, interval_season=4))
    assert rising is not None
    assert -1 <= rising < 0  # a ramp's halves lie on both sides of its mean
