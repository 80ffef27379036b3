"""Earlier origins in a request's windows: each is prepared as a request of its own would be."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.errors import InvalidRequest, InvalidWindow
from models.inference.forecaster import Forecaster
from models.inference.sent_covariates import SentCovariates
from models.registry.registry import Registry
from models.spec.covariate import Covariate
from service.forecasting import ForecastRequest, forecast_now, prepare
from service.replays import Replays
from service.window_times import WindowTimes
from tests.support.constant import constant, plain_spec
from tests.support.seasonal.any_series import YEAR

WINDOW = np.random.default_rng(0).normal(size=20).tolist()


def test_a_batch_has_the_windows_first_and_then_each_as_it_was() -> None:
    windows = [list(range(13)), list(range(12))]
    replays = Replays.within(windows, constant(0))  # whose context is 2
    assert [each.tolist() for each in replays.origins] == [list(range(2, 13)), list(range(2, 12))]
    rows = replays.windows(windows)
    assert rows[:4] == [*windows, [0, 1], [0, 1, 2]]
    assert rows[-1] == list(range(11))
    assert [replays.owner(row) for row in (0, 1, 2, 12, 13, 22)] == [0, 1, 0, 0, 1, 1]


def test_a_window_hardly_longer_than_the_context_is_refused() -> None:
    with pytest.raises(InvalidWindow, match="11 values; to adapt to it constant@1 needs at least 12") as raised:
        Replays.within([WINDOW, WINDOW[:11]], constant(0))
    assert raised.value.location == (1,)


def test_each_replay_is_prepared_as_its_own_request(timed_path: Path) -> None:
    _, forecaster = Registry.at(timed_path).open("clock", 1)
    end = datetime(2024, 3, 1, 10, tzinfo=UTC)
    request = ForecastRequest([WINDOW], 3, levels=[80.0], times=[WindowTimes(end=end.isoformat())], adapt=True)
    prepared = prepare(request, forecaster)
    ends = np.datetime64("2024-03-01T10:00") - 30 * np.arange(20)[::-1].astype("m8[m]")
    for row, origin in enumerate(prepared.replays.origins[0], start=1):
        alone = prepare(
            ForecastRequest([WINDOW[:origin]], 3, times=[WindowTimes(end=str(ends[origin - 1]))]), forecaster
        ).inputs
        assert (prepared.inputs.contexts[row] == alone.contexts[0]).all()
        assert prepared.inputs.known_future is not None
        assert alone.known_future is not None
        assert prepared.inputs.known_future[row] == pytest.approx(alone.known_future[0])


def test_covariates_of_a_replay_end_with_its_horizon_or_with_it() -> None:
    spec = plain_spec(future=(Covariate(name="x"),), past=(Covariate(name="y"),), static=(Covariate(name="z"),))
    values = [float(index) for index in range(22)]
    sent = SentCovariates([{"x": values}], [{"y": values[:20]}], [{"z": 5}])
    replays = Replays.within([WINDOW], constant(0, spec))
    earlier = replays.covariates(sent, 2)
    assert earlier.future is not None
    assert earlier.past is not None
    assert [each["x"] for each in earlier.future[:3]] == [values, [0, 1, 2, 3], [0, 1, 2, 3, 4]]
    assert [each["y"] for each in earlier.past[1:3]] == [[0, 1], [0, 1, 2]]
    assert earlier.static == [{"z": 5}] * 19
    assert replays.lengths([20]) == [20, *range(2, 20)]


def test_bounds_follow_the_errors_in_the_window_and_the_forecast_stays(timed_path: Path) -> None:
    manifest, forecaster = Registry.at(timed_path).open("wide", 1)
    calm = np.tile([[0.0, 0]], (40, 1))
    wild = np.random.default_rng(1).normal(scale=100, size=(40, 2))
    found = {}
    for name, window in (("calm", calm), ("wild", wild)):
        request = ForecastRequest([window], 3, levels=[80.0])
        plain = forecast_now(request, manifest, forecaster)
        adapted = forecast_now(request._replace(adapt=True), manifest, forecaster)
        assert (adapted.predictions == plain.predictions).all()
        found[name] = (adapted.intervals[80.0].upper - adapted.predictions) / (
            plain.intervals[80.0].upper - plain.predictions
        )
    assert (found["calm"] < 1).all()
    assert (found["wild"] > 2).all()


def test_adapt_without_levels_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="adapt is for intervals: send levels with it") as raised:
        prepare(ForecastRequest([WINDOW], adapt=True), constant(0))
    assert raised.value.location == ("adapt",)


@pytest.fixture
def any_series(any_series_path: Path) -> Forecaster:
    return Registry.at(any_series_path).open("any-series", 1)[1]


def test_origins_in_windows_of_any_length_have_half_of_it_and_its_season_twice(any_series: Forecaster) -> None:
    windows = [YEAR * 4, [1.0, *range(19)], YEAR * 6, list(range(3000))]
    replays = Replays.within(windows, any_series, [None, (1,), (30,), ()])
    assert [(each[0], each[-1]) for each in replays.origins] == [(24, 47), (10, 19), (60, 71), (512, 2999)]
    assert replays.seasons == ((12,), (), (30,), ())
    assert replays.found == ((12,), None, None, None)
    rows = replays.row_seasons(None)
    assert rows is not None
    assert list(rows) == [(12,), (), (30,), (), *[(12,)] * 24, *[()] * 10, *[(30,)] * 12, *[()] * 64]


def test_the_origins_of_a_window_share_the_seasons_that_were_found_in_it(any_series: Forecaster) -> None:
    request = ForecastRequest([YEAR * 4, [*YEAR[:6] * 5, None]], 3, levels=[80.0], adapt=True)
    prepared = prepare(request, any_series)
    assert prepared.asked_inputs.found == ((12,), (6,))
    first = prepared.replays.origins[0][0]
    alone = prepare(ForecastRequest([(YEAR * 4)[:first]], 3, seasons=[(12,)]), any_series).inputs
    assert (prepared.inputs.contexts[2] == alone.contexts[0]).all()


def test_a_value_that_is_missing_is_no_error_of_a_forecast(any_series_path: Path) -> None:
    manifest, forecaster = Registry.at(any_series_path).open("any-series", 1)
    window: list[float | None] = [*YEAR * 4]
    window[40] = None
    request = ForecastRequest([window], 3, levels=[80.0], seasons=[(12,)], adapt=True)
    bounds = forecast_now(request, manifest, forecaster).intervals[80.0]
    assert np.isfinite(bounds.upper).all()
    assert (bounds.upper > bounds.lower).all()
