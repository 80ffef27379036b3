"""Forecasts from many origins are what the forecaster gives for each of them."""

from datetime import UTC, datetime

import numpy as np
import pytest

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.scaling import Scaler
from models.timeseries.spacing import infer_time_index
from models.timeseries.time_index import TimeIndex
from tests.support.any_series.tiny import any_forecaster, seasonal_values
from tests.support.constant import constant, plain_spec
from tests.support.tiny import graph_of, tiny_spec
from training.data.held_out import HeldOut
from training.errors import SeriesError
from training.evaluation import origins as module
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts

VALUES = np.random.default_rng(0).normal(size=(40, 2))


def forecaster_of(spec: ModelSpec) -> Forecaster:
    return Forecaster(spec, OnnxNetwork(graph_of(spec)))


def test_every_origin_has_its_forecast_and_the_actual_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_VALUES", 1)
    monkeypatch.setattr(module, "MIN_CHUNK_ORIGINS", 4)  # so that several chunks are forecast
    forecaster = forecaster_of(tiny_spec(features=("a", "b")))
    held_out = [HeldOut(VALUES, range(10, 20)), HeldOut(-VALUES[:12], range(9, 12))]
    origins = find_origins(held_out, 4, 3)
    forecasts = rolling_forecasts(forecaster, held_out, origins, 3)
    assert forecasts.predictions.shape == forecasts.actuals.shape == (9, 3, 2)
    assert forecasts.predictions[0] == pytest.approx(forecaster.forecast([VALUES[6:10]], 3)[0], abs=1e-5)
    assert forecasts.predictions[8] == pytest.approx(forecaster.forecast([-VALUES[5:9]], 3)[0], abs=1e-5)
    assert forecasts.actuals[8].tolist() == (-VALUES[9:12]).tolist()


def test_some_forecasts_keep_what_belongs_to_them() -> None:
    held_out = [HeldOut(VALUES[:, :1], range(10, 15))]
    whole = rolling_forecasts(constant(1), held_out, find_origins(held_out, 4, 1), 1)
    some = whole.evenly_spaced(3)
    assert some.origins.rows.tolist() == [10, 12, 14]
    assert some.actuals[:, 0, 0].tolist() == VALUES[10:15:2, 0].tolist()
    assert len(some.predictions) == len(some.scale.below) == 3
    assert len(whole.evenly_spaced(6).actuals) == 5


def test_scales_are_the_targets_own() -> None:
    held_out = [HeldOut(VALUES, range(10, 12))]
    fixed = rolling_forecasts(
        forecaster_of(tiny_spec(features=("a", "b"), targets=("b",))), held_out, find_origins(held_out, 4, 1), 1
    )
    assert fixed.scale.above.tolist() == fixed.scale.below.tolist() == [[[3]], [[3]]]
    by_context = forecaster_of(tiny_spec(features=("a", "b"), scaler="context"))
    forecasts = rolling_forecasts(by_context, held_out, find_origins(held_out, 4, 2), 2)
    assert forecasts.scale.above.shape == (1, 1, 2)
    assert forecasts.scale.above[0, 0] == pytest.approx(VALUES[6:10].std(axis=0))


@pytest.mark.parametrize("frequency", ["30m", "1mo"])
def test_a_model_with_a_calendar_is_given_the_times(frequency: str) -> None:
    spec = tiny_spec(calendar=("day", "year"), frequency=frequency, timezone="Australia/Melbourne")
    forecaster = forecaster_of(spec)
    months = np.datetime64("2020-01", "M") + np.arange(40)
    halves = np.datetime64("2020-01-01T00:00", "m") + 30 * np.arange(40)
    times = (halves if frequency == "30m" else months).astype("M8[us]")
    held_out = [HeldOut(VALUES[:, :1], range(10, 40), times)]
    forecasts = rolling_forecasts(forecaster, held_out, find_origins(held_out, 4, 2)[20:21], 2)
    end: datetime = times[29].astype(datetime)
    time_index = TimeIndex(end.replace(tzinfo=UTC), parse_frequency(frequency))
    assert forecasts.predictions[0] == pytest.approx(
        forecaster.forecast([VALUES[26:30, :1]], 2, times=[time_index])[0], abs=1e-6
    )
    other = TimeIndex(end.replace(tzinfo=UTC, year=end.year + 1, hour=7), parse_frequency(frequency))
    assert forecasts.predictions[0] != pytest.approx(
        forecaster.forecast([VALUES[26:30, :1]], 2, times=[other])[0], abs=1e-6
    )


def test_months_are_counted_to_the_series_own_day() -> None:
    # On 30ths, February's last day stands in: the next is the 30th again, not March's last.
    days = ["2020-11-30", "2020-12-30", "2021-01-30", "2021-02-28", "2021-03-30", "2021-04-30"]
    spec = tiny_spec(calendar=("year",), frequency="1mo", window=2)
    forecaster = forecaster_of(spec)
    held_out = [HeldOut(VALUES[:6, :1], range(4, 6), np.array(days, "M8[us]"))]
    forecasts = rolling_forecasts(forecaster, held_out, find_origins(held_out, 2, 2), 2)
    time_index = TimeIndex(datetime(2021, 2, 28, tzinfo=UTC), parse_frequency("1mo"), 30)
    assert (
        forecasts.predictions[0].tolist() == forecaster.forecast([VALUES[2:4, :1]], 2, times=[time_index])[0].tolist()
    )


@pytest.mark.parametrize(
    ("dates", "following"),
    [
        (["2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31"], "2023-12-31"),
        (["2022-12-30", "2023-03-30", "2023-06-30", "2023-09-30", "2023-12-30"], "2023-12-31"),
    ],
)
def test_months_are_counted_as_the_service_counts_them(dates: list[str], following: str) -> None:
    # From 30 June and 30 September the service goes on to 31 December: it knows no more than its window.
    spec = tiny_spec(calendar=("year",), frequency="1q", window=2)
    forecaster = forecaster_of(spec)
    held_out = [HeldOut(VALUES[:5, :1], range(4, 5), np.array(dates, "M8[us]"))]
    forecasts = rolling_forecasts(forecaster, held_out, find_origins(held_out, 2, 1), 1)
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in dates[2:4]]
    index = infer_time_index(moments, usual=parse_frequency("1q"))
    assert index.ahead(1) == [f"{following}T00:00:00+00:00"]
    assert forecasts.predictions[0].tolist() == forecaster.forecast([VALUES[2:4, :1]], 1, times=[index])[0].tolist()


def test_without_times_a_model_with_a_calendar_has_no_forecast() -> None:
    spec = plain_spec(calendar=("day",), frequency="1d", scaler=Scaler.fit("none", np.zeros((1, 1))))
    held_out = [HeldOut(VALUES[:, :1], range(10, 12))]
    with pytest.raises(SeriesError, match="constant@1 takes in the day of each value, but the series tells no times"):
        rolling_forecasts(constant(1, spec), held_out, find_origins(held_out, 2, 1), 1)


def test_windows_of_any_length_are_all_rows_before_an_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_VALUES", 1)
    monkeypatch.setattr(module, "MIN_CHUNK_ORIGINS", 3)
    forecaster = any_forecaster()
    held_out = [
        HeldOut(np.array(seasonal_values(60, 12, noise=1))[:, None], range(50, 60), seasons=(4, 12)),
        HeldOut(np.array(seasonal_values(14, 4))[:, None], range(5, 14), seasons=(4, 12)),
    ]
    origins = find_origins(held_out, forecaster.spec.least_context, 6)
    assert origins.rows.tolist() == [50, 51, 52, 53, 54, 8]
    forecasts = rolling_forecasts(forecaster, held_out, origins, 6)
    for number, (series, row) in enumerate(zip(origins.series, origins.rows, strict=True)):
        seasons = (4, 12) if row >= 24 else (4,)
        expected = forecaster.forecast([held_out[series].values[:row]], 6, seasons=[seasons])[0]
        assert np.allclose(forecasts.predictions[number], expected, rtol=1e-4)
        assert forecasts.actuals[number].tolist() == held_out[series].values[row : row + 6].tolist()
    assert forecasts.scale.below.shape == forecasts.scale.above.shape == (6, 6, 1)
    assert (forecasts.scale.below > 0).all()


def test_of_a_long_series_the_newest_rows_are_the_window() -> None:
    forecaster, values = any_forecaster(), np.array(seasonal_values(1100, 12, noise=1))[:, None]
    held_out = [HeldOut(values, range(1090, 1100), seasons=(12,))]
    forecasts = rolling_forecasts(forecaster, held_out, find_origins(held_out, 8, 10), 10)
    expected = forecaster.forecast([values[1090 - 1024 : 1090]], 10, seasons=[(12,)])
    assert np.allclose(forecasts.predictions, expected, rtol=1e-4)
