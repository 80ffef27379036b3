"""Windows of any length and season, as they were sent."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from models.errors import InvalidRequest, InvalidWindow
from models.inference.any_windows import SentSeasons, adjusted_inputs
from models.seasonal.adjusted_windows import MOST_VALUES
from tests.support.any_series.tiny import any_spec, seasonal_values

SPEC = any_spec()
NULL = float("nan")
MONTHS, QUARTERS = seasonal_values(48, 12), [103.0, 99, 96, 102] * 5


def inputs(windows: Sequence[Any], seasons: SentSeasons | None = None, horizon: int = 6) -> Any:
    return adjusted_inputs(SPEC, windows, horizon, seasons, "it")


def test_different_lengths_and_seasons_come_back_in_order_and_as_each_alone() -> None:
    windows = [MONTHS, QUARTERS, MONTHS[::-1], seasonal_values(20, 4, seed=3), list(range(8)), MONTHS]
    seasons: SentSeasons = [(12,), (4,), (12,), (4, 2), (), (12, 4)]
    together, found = inputs(windows, seasons)
    assert found == (None,) * 6
    for number, (window, season) in enumerate(zip(windows, seasons, strict=True)):
        alone, _ = inputs([window], [season])
        assert np.allclose(together.contexts[number], alone.contexts[0], atol=1e-6)
        assert np.allclose(together.beside[number], alone.beside[0], atol=1e-6)
        assert np.allclose(together.scale.mean[number], alone.scale.mean[0])
        assert np.allclose(together.scale.scale[number], alone.scale.scale[0])
        assert together.lowest[number] == alone.lowest[0]


def test_seasons_are_looked_for_where_none_came() -> None:
    windows = [MONTHS, QUARTERS, list(range(40))]
    assert inputs(windows)[1] == ((12,), (4,), ())
    assert inputs(windows, [None, (2,), ()])[1] == ((12,), None, None)
    found, sent = inputs([MONTHS]), inputs([MONTHS], [(12,)])
    assert np.array_equal(found[0].beside, sent[0].beside)


@pytest.mark.parametrize("size", [1e300, 1e-300, -1.0])
def test_seasons_are_found_in_huge_and_tiny_values(size: float) -> None:
    assert inputs([[value * size for value in MONTHS]])[1] == ((12,),)


def test_a_season_of_one_says_that_there_is_none() -> None:
    one, none, found = inputs([MONTHS], [(1,)]), inputs([MONTHS], [()]), inputs([MONTHS])
    assert one[1] == (None,)
    assert np.array_equal(one[0].beside, none[0].beside)
    assert not np.array_equal(one[0].beside, found[0].beside)


@pytest.mark.parametrize(
    ("season", "message"),
    [
        (25, "a season of 25 values is longer than half the window of 48: send at least 50 values"),
        (10**30, "longer than half the window"),
        (0, "a season must be at least 1 value long, not 0"),
        (-4, "a season must be at least 1 value long, not -4"),
    ],
)
def test_a_season_that_is_no_season_of_its_window_is_refused(season: int, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as caught:
        inputs([QUARTERS, MONTHS], [(4,), (12, season)])
    assert caught.value.location == ("seasons", 1)


def test_half_the_window_is_not_too_long() -> None:
    inputs([MONTHS], [(24,)])
    inputs([seasonal_values(3000, 7)], [(MOST_VALUES // 2,)])
    with pytest.raises(InvalidRequest, match=f"half the window of {MOST_VALUES}"):
        inputs([seasonal_values(3000, 7)], [(MOST_VALUES // 2 + 1,)])


def test_of_a_longer_window_the_newest_values_count() -> None:
    long = seasonal_values(MOST_VALUES + 100, 12, noise=1)
    whole, cut = inputs([long], [(12,)]), inputs([long[-MOST_VALUES:]], [(12,)])
    assert np.array_equal(whole[0].contexts, cut[0].contexts)
    assert np.array_equal(inputs([[1e9] * 50 + long], [(12,)])[0].contexts, cut[0].contexts)


def test_nulls_are_filled_with_the_season() -> None:
    gaps = [NULL if number in (5, 20, 21, 40) else value for number, value in enumerate(MONTHS)]
    with_gaps, whole = inputs([gaps], [(12,)])[0], inputs([MONTHS], [(12,)])[0]
    assert np.allclose(with_gaps.scale.mean, whole.scale.mean, rtol=0.03)
    assert inputs([gaps])[1] == ((12,),)


@pytest.mark.parametrize("place", [slice(0, 30), slice(20, None), slice(1, None)])
def test_nulls_at_the_ends_are_filled_too(place: slice) -> None:
    values = np.array(MONTHS)
    values[place] = NULL
    for seasons in (None, [(12,)], [()]):
        made = inputs([values.tolist()], seasons)[0]
        assert np.isfinite(made.contexts).all()
        assert np.isfinite(made.beside).all()
        assert np.isfinite(made.scale.mean).all()


def test_a_null_counts_as_no_negative_value() -> None:
    assert inputs([[NULL, *MONTHS]], [()])[0].lowest.item() == 0
    assert inputs([[-1.0, *MONTHS]], [()])[0].lowest.item() == -np.inf


def test_a_fill_below_nothing_leaves_a_window_without_negative_values_one() -> None:
    """What is filled in is no value of the window's, so the floor under its forecasts does not depend on it."""
    window = np.array([0.0, 10, 0, 10, 0, 10, 0, 10, 0, 2, 0, 2, 0, 2, 0, 2])
    window[14] = NULL
    assert inputs([window.tolist()], [(2,)])[0].lowest.item() == 0


@pytest.mark.parametrize(
    ("window", "message", "location"),
    [
        ([1.0] * 7, "the window has 7 values; it needs at least 8", (1,)),
        ([], "the window has 0 values; it needs at least 8", (1,)),
        ([NULL] * 9, "the window has no value", (1,)),
        ([1.0] * 9 + [float("inf")] + [1.0], "values must be finite", (1, 9)),
        ([1.0] * 1100 + [float("-inf")] + [1.0], "values must be finite", (1, 1100)),
        ([[1.0, 2]] * 9, "each value must be a number, but a row of 2 came", (1, 0)),
    ],
)
def test_windows_that_can_t_be_forecast_are_refused_where_they_stand(
    window: list[Any], message: str, location: tuple[int, ...]
) -> None:
    with pytest.raises(InvalidWindow, match=message) as caught:
        inputs([MONTHS, window])
    assert caught.value.location == location


def test_each_window_has_seasons_or_none_has() -> None:
    with pytest.raises(InvalidRequest, match="2 windows came with 1 seasons: send one for each, or one for all"):
        inputs([MONTHS, QUARTERS], [(4,)])
    with pytest.raises(InvalidWindow, match="at least one window is needed"):
        inputs([])
