"""Windows as a network takes them in, and the way back."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.seasonal.adjusted_windows import (
    CHANNELS,
    FACTS,
    LARGEST,
    MOST_VALUES,
    PHASE_CHANNELS,
    AdjustedWindows,
    adjusted_windows,
    held_seasons,
)

Array = NDArray[np.float64]
SHAPE = np.array([3.0, -1, -4, 2])  # adds nothing over a whole season
WINDOW, OUTPUTS = 8, 4
PHASES = slice(1, 1 + 2 * PHASE_CHANNELS)  # of what stands beside a value


def adjusted(
    values: Sequence[float] | Array, *seasons: int, window: int = WINDOW, horizon: int = OUTPUTS
) -> AdjustedWindows:
    return adjusted_windows(np.atleast_2d(np.asarray(values, float)), seasons, window, OUTPUTS, horizon)


def random_rows(rows: int, length: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (rows, length)).cumsum(axis=1) + np.resize(SHAPE, length)


@pytest.mark.parametrize(
    ("seasons", "length", "held"),
    [
        ((12, 4), 24, (4, 12)),
        ((12, 4), 23, (4,)),
        ((1,), 24, ()),
        ((4, 4), 8, (4,)),
        ((2, 3, 4, 5), 100, (2, 3, 4)),
        ((512, 513), 5000, (512,)),
        ((), 8, ()),
    ],
)
def test_a_window_shows_seasons_that_it_holds_twice(
    seasons: tuple[int, ...], length: int, held: tuple[int, ...]
) -> None:
    assert held_seasons(seasons, length) == held


@pytest.mark.parametrize("horizon", [1, 4, 5, 11])
@pytest.mark.parametrize("length", [8, 9, 40, MOST_VALUES + 7])
@pytest.mark.parametrize("window", [8, 96])
def test_shapes_follow_from_the_window_and_the_horizon(horizon: int, length: int, window: int) -> None:
    of = adjusted(random_rows(3, length), 4, window=window, horizon=horizon)
    assert of.contexts.shape == (3, window, 1)
    assert of.beside.shape == (3, window + horizon - 1, CHANNELS - 1)
    assert of.scale.mean.shape == of.scale.scale.shape == (3, horizon, 1)
    assert of.lowest.shape == (3, 1, 1)
    assert of.contexts.dtype == of.beside.dtype == np.float32


def test_of_a_longer_window_the_newest_values_count() -> None:
    long = random_rows(2, MOST_VALUES + 30)
    whole, cut = adjusted(long, 4), adjusted(long[:, -MOST_VALUES:], 4)
    assert np.array_equal(whole.contexts, cut.contexts)
    assert np.array_equal(whole.beside, cut.beside)
    assert np.array_equal(whole.scale.mean, cut.scale.mean)
    assert np.array_equal(whole.scale.scale, cut.scale.scale)


def test_before_a_short_window_there_is_nothing() -> None:
    of = adjusted(random_rows(1, 8), 4, window=12, horizon=6)
    assert not of.contexts[0, :4].any()
    assert of.beside[0, :, 0].tolist() == [0] * 4 + [1] * 13
    # What is known of a target stands beside every value all the same.
    assert of.beside[0, 4:, PHASES].any(axis=1).all()


@pytest.mark.parametrize("seasons", [(), (4,), (4, 12)])
@pytest.mark.parametrize("values", [random_rows(5, 50), np.exp(random_rows(5, 50, seed=1) / 10) * 100])
def test_the_way_back_leads_where_it_came_from(values: Array, seasons: tuple[int, ...]) -> None:
    of = adjusted(values, *seasons, horizon=9)
    ahead = values[:, :9, None]
    assert np.allclose(of.scale.unscaled(of.scale.scaled(ahead)), ahead, rtol=1e-5)


def test_without_seasons_the_same_way_leads_from_the_window() -> None:
    values = random_rows(4, 30)
    of = adjusted(values)
    back = of.contexts[..., 0] * of.scale.scale[:, 0] + of.scale.mean[:, 0]
    assert np.allclose(back, values[:, -WINDOW:], atol=1e-5)


@pytest.mark.parametrize("seasons", [(4,), (4, 12)])
def test_a_purely_seasonal_window_is_flat_and_goes_on_by_itself(seasons: tuple[int, ...]) -> None:
    whole = 100 + np.resize(SHAPE, 61)
    of = adjusted(whole[:50], *seasons, horizon=11)
    assert np.allclose(of.contexts, 0, atol=1e-5)
    assert np.allclose(of.scale.unscaled(np.zeros((1, 11, 1))), whole[None, 50:, None])


def test_a_season_of_a_trend_multiplies_the_way_back_too() -> None:
    factors = np.resize(1 + SHAPE / 10, 61)
    of = adjusted((100 * factors)[:50], 4, horizon=11)
    assert np.allclose(of.scale.unscaled(np.zeros((1, 11, 1)))[0, :, 0], 100 * factors[50:])
    scale = of.scale.scale[0, :, 0] / factors[50:]
    assert np.allclose(scale, scale[0])


@pytest.mark.parametrize("length", [16, 30, 200])
def test_beside_values_fed_back_stands_what_a_later_window_says(length: int) -> None:
    whole = 100 + np.resize(SHAPE, length + OUTPUTS)
    sooner = adjusted(whole[:length], 4, horizon=2 * OUTPUTS)
    later = adjusted(whole, 4)
    scales = [each.scale.scale[0, 0, 0] for each in (sooner, later)]
    phases = [each.beside[0, :, PHASES] * scale for each, scale in zip((sooner, later), scales, strict=True)]
    assert np.allclose(phases[0][OUTPUTS : OUTPUTS + WINDOW], phases[1][:WINDOW], atol=1e-3)
    assert phases[1].any()


def test_beside_a_value_stands_its_phase_and_that_of_the_value_one_block_on() -> None:
    of = adjusted(random_rows(1, 40), 4, 12, horizon=9).beside[0]
    own, target = of[:, 1 : 1 + PHASE_CHANNELS], of[:, 1 + PHASE_CHANNELS : 1 + 2 * PHASE_CHANNELS]
    last = len(of) - OUTPUTS
    assert np.array_equal(target[:last], own[OUTPUTS:])
    assert not np.array_equal(own[OUTPUTS:], own[:last])


def test_beside_a_target_stands_what_was_unexplained_one_season_before() -> None:
    values = 100 + np.resize(SHAPE, 40)
    values[-3] += 2  # the second phase ahead
    own = adjusted(values, 4).beside[0, :, 1 + PHASE_CHANNELS : 1 + 2 * PHASE_CHANNELS]
    shorter = own[WINDOW - OUTPUTS : WINDOW, 1]
    assert int(np.argmax(shorter)) == 1
    assert shorter[1] > 0.5


def test_the_unit_does_not_matter() -> None:
    rows = random_rows(3, 40)
    one = adjusted(rows, 4, horizon=9)
    for size in (1e300, 1e-300, -7.0):
        other = adjusted(rows * size, 4, horizon=9)
        sign = np.sign(size)
        assert np.allclose(other.contexts, sign * one.contexts, atol=1e-5)
        if sign > 0:
            assert np.allclose(other.beside, one.beside, atol=1e-5)
        assert np.allclose(other.scale.scale / abs(size), one.scale.scale)
        assert np.allclose(other.scale.mean / size, one.scale.mean)


ODD = {
    "constant": np.full(40, 7.0),
    "nothing": np.zeros(40),
    "a few counts": np.resize([0.0, 0, 0, 0, 0, 2, 0, 0, 0, 1], 40),
    "one count": np.array([0.0] * 39 + [1]),
    "huge": np.linspace(1, 1.7, 40) * 1e308,
    "both signs": np.resize([1.7e308, -1.7e308, 0], 40),
    "tiny": np.linspace(1, 2, 40) * 1e-308,
    "a level shift": np.array([1.0] * 30 + [1e6] * 10),
    "a level shift at the end": np.array([1.0] * 39 + [1e9]),
    "far from nothing": 1e12 + np.resize([0.0, 1, 0, 2], 40),
    "eight values": np.arange(8.0),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("season", [0, 4, 12])
def test_odd_windows_stay_finite_and_small(name: str, season: int) -> None:
    values = ODD[name]
    of = adjusted(values, *held_seasons((season,), len(values)), horizon=9)
    for numbers in of[:2]:
        assert np.isfinite(numbers).all()
        assert np.abs(numbers).max() <= LARGEST
    assert np.isfinite(of.scale.mean).all()
    assert (of.scale.scale > 0).all()
    assert np.isfinite(of.scale.scale).all()
    assert of.lowest.item() == (0 if values.min() >= 0 else -np.inf)


def test_a_constant_window_stays_where_it_is() -> None:
    of = adjusted(np.full(40, 7.0), 4)
    assert not of.contexts.any()
    assert np.allclose(of.scale.mean, 7)
    assert (of.scale.scale < 0.01).all()


def test_after_a_level_shift_the_level_is_the_new_one() -> None:
    assert np.allclose(adjusted(np.array([1.0] * 20 + [101.0] * 20)).scale.mean, 101, atol=0.5)


def test_facts_tell_windows_apart() -> None:
    facts = [
        adjusted(values, *seasons).beside[0, 0, -FACTS:]
        for values, seasons in (
            (100 + np.resize(SHAPE, 40), (4,)),
            (100 + np.resize(SHAPE, 40), ()),
            (100 + np.resize(SHAPE, 24), (4,)),
            (100 + random_rows(1, 40)[0], (4,)),
            (np.resize(SHAPE, 40), (4,)),
            (np.resize([0.0, 0, 3], 40), (4,)),
        )
    ]
    for number, one in enumerate(facts):
        for other in facts[:number]:
            assert np.abs(one - other).max() > 0.05


def test_rows_do_not_touch_one_another() -> None:
    rows = np.concatenate([random_rows(3, 40), np.zeros((1, 40)), 1e200 * random_rows(1, 40, seed=5)])
    together = adjusted(rows, 4, 12, horizon=9)
    for number, row in enumerate(rows):
        alone = adjusted(row, 4, 12, horizon=9)
        assert np.allclose(together.contexts[number], alone.contexts[0], atol=1e-6)
        assert np.allclose(together.beside[number], alone.beside[0], atol=1e-6)
        assert np.allclose(together.scale.mean[number], alone.scale.mean[0], rtol=1e-6)
        assert np.allclose(together.scale.scale[number], alone.scale.scale[0], rtol=1e-6)
        assert together.lowest[number] == alone.lowest[0]
