"""The classical methods on made-up series that they should forecast well."""

import numpy as np
import pytest

from benchmarks.pretrained.methods import Forecast, forecast_all, methods
from benchmarks.pretrained.sets import EvaluationSet, rolling
from training.errors import SeriesError

SEASON = np.array([10.0, 14, 9, 11])
RISING = np.tile(SEASON, 8) + 0.1 * np.arange(32) + np.tile([0.1, -0.1, 0], 11)[:32]


def rising(seasons: tuple[int, ...] = (4,)) -> EvaluationSet:
    return rolling({"a": RISING, "b": 10 * RISING}, seasons, 4)


def test_each_season_has_its_naive() -> None:
    assert list(methods((4, 8))) == ["seasonal naive 4", "seasonal naive 8", "AutoTheta", "AutoETS", "MSTL"]
    assert "MSTL" not in methods((4,))
    given = rising((4, 8))
    forecast = forecast_all(methods(given.seasons)["seasonal naive 8"], given)
    assert forecast.values.tolist() == [RISING[20:24].tolist(), (10 * RISING[20:24]).tolist()]


@pytest.mark.parametrize(("name", "seasons"), [("AutoTheta", (4,)), ("AutoETS", (4,)), ("MSTL", (4, 8))])
def test_a_method_follows_a_trend_with_a_season(name: str, seasons: tuple[int, ...]) -> None:
    given = rising(seasons)
    forecast = forecast_all(methods(given.seasons)[name], given)
    assert forecast.values.shape == (2, 4)
    assert (np.abs(forecast.values - given.futures) < [[1], [10]]).all()


def test_autoets_has_intervals_of_each_level() -> None:
    given = rising()
    forecast = forecast_all(methods(given.seasons)["AutoETS"], given)
    assert set(forecast.lower) == set(forecast.upper) == {80, 95}
    bounds = np.stack([forecast.lower[95], forecast.lower[80], forecast.values, forecast.upper[80], forecast.upper[95]])
    assert bounds.shape == (5, 2, 4)
    assert (np.diff(bounds, axis=0) > 0).all()


def test_a_season_that_autoets_does_not_know_is_none_to_it() -> None:
    given = rolling({"a": np.tile(np.arange(30.0), 4)}, (30,), 20)
    flat = forecast_all(methods(given.seasons)["AutoETS"], given).values[0]
    assert np.ptp(np.diff(flat)) == pytest.approx(0, abs=1e-3)


def test_forecasts_that_are_no_numbers_are_refused_with_their_series() -> None:
    def bad(history: np.ndarray, horizon: int) -> Forecast:
        return Forecast(np.full(horizon, np.nan if history[0] > 50 else 1.0))

    with pytest.raises(SeriesError, match=r"finite numbers, but not all are of b$"):
        forecast_all(bad, rising())
