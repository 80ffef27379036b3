"""What requests are answered with, apart from how they come."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import InvalidRequest, InvalidWindow
from models.inference.forecaster import ForecastInputs
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.timeseries.scaling import Scale
from service.forecasting import answer_of, half_widths, out_of_range_warning

RAW = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])  # two windows, two steps, one target
SCALE = Scale(np.zeros(1), np.ones(1))


@pytest.fixture
def manifest(registry: Registry) -> Manifest:
    return registry.manifest("tiny", 1)


def prepared(*out_of_range: int) -> ForecastInputs:
    return ForecastInputs(np.zeros((2, 4, 1), np.float32), 2, None, SCALE, None, out_of_range)


def test_a_plain_forecast_is_answered_with_nothing_else(manifest: Manifest) -> None:
    answer = answer_of(manifest, prepared(), RAW[:1], many=False)
    assert answer == {"model": "tiny", "version": 1, "predictions": [1.0, 2.0]}


def test_many_windows_are_answered_with_lists_of_each(manifest: Manifest) -> None:
    times = [["2024-02-29", "2024-03-31"], ["2024-03-01", "2024-03-02"]]
    answer = answer_of(
        manifest,
        prepared(1),
        RAW,
        many=True,
        timestamps=times,
        halves={"80": np.array([[0.5], [1.0]])},
    )
    assert answer["predictions"] == [[1.0, 2.0], [3.0, 4.0]]
    assert answer["timestamps"] == times
    assert answer["intervals"] == {"80": {"lower": [[0.5, 1.0], [2.5, 3.0]], "upper": [[1.5, 3.0], [3.5, 5.0]]}}
    assert answer["warnings"][0].startswith("windows[1] holds values far outside")


def test_several_targets_are_rows(manifest: Manifest) -> None:
    raw = np.array([[[1.0, 10.0]]])
    answer = answer_of(manifest, prepared(), raw, many=False, halves={"80": np.array([[0.5, 1.0]])})
    assert answer["predictions"] == [[1.0, 10.0]]
    assert answer["intervals"]["80"] == {"lower": [[0.5, 9.0]], "upper": [[1.5, 11.0]]}


def test_a_bound_that_is_no_number_is_never_answered(manifest: Manifest) -> None:
    raw = np.array([[[1.0]], [[1.5e308]]])
    with pytest.raises(InvalidWindow, match="the interval is not a finite number") as raised:
        answer_of(manifest, prepared(), raw, many=True, halves={"80": np.array([[1e308]])})
    assert raised.value.location == (1,)


def test_levels_are_keys_as_they_were_sent(timed_path: Path) -> None:
    _, forecaster = Registry(timed_path).open("wide", 1)
    asked = forecaster.prepare([np.zeros((4, 2))], 3)
    halves = half_widths(forecaster, asked, [80.0, 97.5, 0.1])
    assert list(halves) == ["80", "97.5", "0.1"]
    assert halves["80"] == pytest.approx(np.array([[6.4, 9.6], [12.8, 19.2], [19.2, 28.8]]))
    with pytest.raises(InvalidRequest, match=r"a level of 98 needs more than the 39 errors .* at most 97\.5"):
        half_widths(forecaster, asked, [80.0, 98.0])


def changed(manifest: Manifest, low: float = 0.0, high: float = 1.0, columns: int = 1, **spec: Any) -> Manifest:
    """The manifest with another range, or another way to scale."""
    data = manifest.data.model_copy(update={"minimum": (low,) * columns, "maximum": (high,) * columns})
    return manifest.model_copy(update={**spec, "data": data})


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
    context = changed(manifest, scaler=manifest.scaler.model_copy(update={"kind": "context"}))
    assert out_of_range_warning(context, ["the window"]) == (
        "the window holds values far outside those of training: the forecast may be far off"
    )
    assert "holds changes far outside those of training:" in out_of_range_warning(
        changed(manifest, difference=2), ["the window"]
    )
