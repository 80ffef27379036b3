"""Forecasts, apart from the protocol that asks for them, and what POST /predict makes of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.inference.forecaster import ForecastInputs
from models.inference.sent_covariates import SentCovariates
from models.intervals.conformal import Bounds
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.timeseries.scaling import Scale
from service.forecasting import (
    Forecast,
    ForecastRequest,
    PreparedRequest,
    finish,
    forecast_now,
    out_of_range_warning,
    prepare,
)
from service.routes.predict import response_content
from service.serving import check_size
from service.settings import Settings
from service.window_times import WindowTimes
from tests.support.constant import constant, plain_spec
from tests.support.seasonal.any_series import YEAR

RAW = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])  # two windows, two steps, one target


@pytest.fixture
def manifest(registry: Registry) -> Manifest:
    return registry.manifest("tiny", 1)


def answered(manifest: Manifest, raw: Any, *out_of_range: int, timestamps: Any = None, **half_widths: Any) -> Forecast:
    """The answer of forecasts in raw units, with intervals as wide to both sides."""
    targets = len(raw[0][0])
    scale = Scale(np.zeros(targets), np.ones(targets))
    inputs = ForecastInputs(np.zeros((len(raw), 4, targets), np.float32), 2, None, scale, None, out_of_range)
    bounds = {float(level[1:]): Bounds(-np.array(half), np.array(half)) for level, half in half_widths.items()}
    # The scale leaves numbers as they are, so these are the network's predictions as well.
    prepared = PreparedRequest(ForecastRequest(np.zeros((len(raw), 4, targets)), 2), inputs, bounds, timestamps)
    return finish(manifest, constant(0.0, plain_spec("ab"[:targets])), prepared, np.array(raw))


def test_a_plain_forecast_is_answered_with_nothing_else(manifest: Manifest) -> None:
    content = response_content(answered(manifest, RAW[:1]), many=False)
    assert content == {"model": "tiny", "version": 1, "predictions": [1.0, 2.0]}


def test_many_windows_are_answered_with_lists_of_each(manifest: Manifest) -> None:
    times = [["2024-02-29", "2024-03-31"], ["2024-03-01", "2024-03-02"]]
    content = response_content(answered(manifest, RAW, 1, timestamps=times, _80=[[0.5], [1.0]]), many=True)
    assert content["predictions"] == [[1.0, 2.0], [3.0, 4.0]]
    assert content["timestamps"] == times
    assert content["intervals"] == {"80": {"lower": [[0.5, 1.0], [2.5, 3.0]], "upper": [[1.5, 3.0], [3.5, 5.0]]}}
    assert content["warnings"][0].startswith("windows[1] holds values far outside")


def test_several_targets_are_rows(manifest: Manifest) -> None:
    content = response_content(answered(manifest, [[[1.0, 10.0]]], _80=[[0.5, 1.0]]), many=False)
    assert content["predictions"] == [[1.0, 10.0]]
    assert content["intervals"]["80"] == {"lower": [[0.5, 9.0]], "upper": [[1.5, 11.0]]}


def test_a_bound_that_is_no_number_is_never_answered(manifest: Manifest) -> None:
    with pytest.raises(InvalidWindow, match="the interval is not a finite number") as raised:
        answered(manifest, [[[1.0]], [[1.5e308]]], _80=[[1e308]])
    assert raised.value.location == ("windows", 1)


def test_one_windows_forecast_is_that_of_it_alone(manifest: Manifest) -> None:
    together = answered(manifest, RAW, 1, _80=[[0.5], [1.0]])
    alone = [answered(manifest, RAW[:1], _80=[[0.5], [1.0]]), answered(manifest, RAW[1:], 0, _80=[[0.5], [1.0]])]
    for index, expected in enumerate(alone):
        found = together.of_window(index)
        assert response_content(found, many=False) == response_content(expected, many=False)


def test_a_plain_request_is_one_window_with_nothing_beside_it() -> None:
    plain = ForecastRequest([[1.0]], levels=[80.0])
    assert plain.is_plain
    others: list[dict[str, Any]] = [
        {"windows": [[1.0], [2.0]]},
        {"times": [WindowTimes(end="2024-01-01", freq="1d")]},
        {"covariates": SentCovariates(past=[])},
        {"adapt": True},
        {"paths": 1},
    ]
    assert [plain._replace(**other).is_plain for other in others] == [False] * 5


def test_levels_are_keys_as_they_were_sent(timed_path: Path) -> None:
    manifest, forecaster = Registry.at(timed_path).open("wide", 1)
    request = ForecastRequest([np.zeros((4, 2))], 3, levels=[80.0, 97.5, 0.1])
    assert list(response_content(forecast_now(request, manifest, forecaster), many=False)["intervals"]) == [
        "80",
        "97.5",
        "0.1",
    ]
    bounds = prepare(request, forecaster).error_bounds[80.0]
    assert bounds.upper == pytest.approx(np.array([[3.2, 3.2], [6.4, 6.4], [9.6, 9.6]]))
    assert bounds.lower == pytest.approx(-bounds.upper)
    with pytest.raises(InvalidRequest, match=r"a level of 98 needs more than the 39 errors .* at most 97\.5"):
        prepare(request._replace(levels=[80.0, 98.0]), forecaster)


def test_a_forecast_without_a_service_is_the_forecasters(registry: Registry) -> None:
    manifest, forecaster = registry.open("pair", 1)
    windows = np.random.default_rng(0).normal(size=(3, 4, 2))
    found = forecast_now(ForecastRequest(windows, 5), manifest, forecaster)
    assert found.predictions == pytest.approx(forecaster.forecast(windows, 5), abs=1e-6)
    assert (found.manifest, found.intervals, found.timestamps) == (manifest, {}, None)


def test_errors_are_located_in_the_request(timed_path: Path) -> None:
    manifest, forecaster = Registry.at(timed_path).open("clock", 1)
    window = [1.0, 2, 3, 4]
    whole = WindowTimes(end="2024-01-01", freq="30m")
    cases: list[tuple[ForecastRequest, tuple[str | int, ...]]] = [
        (ForecastRequest([window, [1.0, 2, float("nan"), 4]], times=[whole] * 2), ("windows", 1, 2)),
        (ForecastRequest([window], 0, times=[whole]), ("horizon",)),
        (ForecastRequest([window]), ("times", "timestamps")),
        (ForecastRequest([window, window], times=[whole, whole._replace(freq="1h")]), ("times", 1, "freq")),
        (ForecastRequest([window], times=[whole._replace(end="9998-12-31T23:45")]), ("times", 0, "end")),
        (ForecastRequest([window], times=[WindowTimes(["x"] * 4)]), ("times", 0, "timestamps", 0)),
        (ForecastRequest([window], levels=[99.0], times=[whole]), ("levels",)),
    ]
    for request, location in cases:
        with pytest.raises(InvalidRequest) as raised:
            forecast_now(request, manifest, forecaster)
        assert raised.value.location == location


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ForecastRequest([[1.0]] * 3, 4), "3 windows and a horizon of 4 make 12: send fewer windows"),
        (ForecastRequest([[1.0]], 4, levels=[50, 80]), "1 windows and a horizon of 4, each with 5 values, make 20"),
        (ForecastRequest([[1.0]], 6, times=[WindowTimes()]), "each with 2 values, make 12"),
        (ForecastRequest([[1.0]], 4, paths=2), "1 windows and a horizon of 4, each with 3 values, make 12"),
        (ForecastRequest([[1.0]], 1, levels=[80], adapt=True), "1 windows and a horizon of 1, each with 67 values"),
        (ForecastRequest([[1.0]], 11), "the horizon may be at most 10, not 11"),
    ],
)
def test_an_answer_larger_than_the_service_gives_is_refused(
    manifest: Manifest, request_: ForecastRequest, message: str
) -> None:
    settings = Settings(max_horizon=10, max_predictions=11)
    with pytest.raises(InvalidHorizon, match=message) as raised:
        check_size(request_, manifest, settings)
    assert raised.value.location == ("horizon",)
    check_size(ForecastRequest([[1.0]], 10), manifest, settings)


def changed(manifest: Manifest, low: float = 0.0, high: float = 1.0, columns: int = 1, **spec: Any) -> Manifest:
    """The manifest with another range, or another way to scale."""
    data = manifest.data.model_copy(update={"minimum": (low,) * columns, "maximum": (high,) * columns})
    return manifest.model_copy(update={"spec": manifest.spec.model_copy(update=spec), "data": data})


FAR = "far outside those of training (trained on 2858.4 to 9345): the forecast may be far off"


def test_a_warning_tells_what_training_saw(manifest: Manifest) -> None:
    demand = changed(manifest, 2858.4, 9345.0)
    assert out_of_range_warning(demand, ["the window"]) == f"the window holds values {FAR}"
    assert out_of_range_warning(demand, ["windows[3]"]) == f"windows[3] holds values {FAR}"
    assert out_of_range_warning(demand, ["windows[3]", "windows[7]"]) == f"windows[3] and windows[7] hold values {FAR}"


def test_a_warning_is_short_however_many_windows_and_columns(manifest: Manifest) -> None:
    many = out_of_range_warning(manifest, [f"windows[{place}]" for place in range(1000)])
    assert many.startswith("windows[0], windows[1], windows[2], windows[3], windows[4] and 995 more hold values")
    names = tuple(f"column{number}" for number in range(100))
    wide = changed(manifest, columns=100, features=names)
    assert out_of_range_warning(wide, ["the window"]) == (
        "the window holds values far outside those of training (trained on column0 0 to 1, column1 0 to 1, column2 0 "
        "to 1, column3 0 to 1, column4 0 to 1 and 95 more columns): the forecast may be far off"
    )


def test_a_warning_tells_no_range_that_is_not_in_the_series_units(manifest: Manifest) -> None:
    context = changed(manifest, scaler=manifest.spec.scaler.model_copy(update={"kind": "context"}))
    assert out_of_range_warning(context, ["the window"]) == (
        "the window holds values far outside those of training: the forecast may be far off"
    )
    assert "holds changes far outside those of training:" in out_of_range_warning(
        changed(manifest, difference=2), ["the window"]
    )


def test_a_season_keeps_a_request_plain_and_one_window_its_own_found(any_series_path: Path) -> None:
    manifest, forecaster = Registry.at(any_series_path).open("any-series", 1)
    request = ForecastRequest([YEAR * 4, YEAR * 3], 2, seasons=[None, (12,)])
    found = forecast_now(request, manifest, forecaster)
    assert found.found == ((12,), None)
    assert [found.of_window(index).found for index in (0, 1)] == [((12,),), (None,)]
    assert ForecastRequest([YEAR], seasons=[(12,)]).is_plain


@pytest.mark.parametrize(
    ("more", "location"),
    [({"seasons": [None, (25,)]}, ("seasons", 1)), ({"seasons": [(12,)]}, ("seasons",))],
)
@pytest.mark.parametrize("adapt", [False, True])
def test_seasons_that_are_refused_are_located(
    any_series_path: Path, more: dict[str, Any], location: tuple[str | int, ...], adapt: bool
) -> None:
    manifest, forecaster = Registry.at(any_series_path).open("any-series", 1)
    with pytest.raises(InvalidRequest) as raised:
        forecast_now(ForecastRequest([YEAR * 4] * 2, levels=[80], adapt=adapt, **more), manifest, forecaster)
    assert raised.value.location == location
