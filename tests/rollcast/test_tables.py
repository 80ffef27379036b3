"""A forecast as a table of text."""

import numpy as np
import pytest

from models.intervals.conformal import Bounds
from rollcast.tables import ShownForecast, forecast_table

TIMES = [["2024-01-07", "2024-01-08"], ["2024-01-06", "2024-01-07"]]


@pytest.fixture
def one() -> ShownForecast:
    """Two steps of two series, of one target."""
    return ShownForecast(("load",), np.array([[[1.0], [2.0]], [[3.0], [4.0]]]))


@pytest.fixture
def two() -> ShownForecast:
    """Two steps of one series, of two targets."""
    return ShownForecast(("load", "price"), np.array([[[1.0, 10.0], [2.0, 20.0]]]))


def around(forecast: ShownForecast, **half_widths: float) -> ShownForecast:
    """The same with intervals, each as wide to both sides; their levels follow an underscore."""
    values = forecast.predictions
    intervals = {float(level[1:]): Bounds(values - half, values + half) for level, half in half_widths.items()}
    return forecast._replace(intervals=intervals)


def test_each_step_of_each_series_is_a_row(one: ShownForecast) -> None:
    headings, rows = forecast_table(one)
    assert headings == ["step", "load"]
    assert rows == [["1", "1"], ["2", "2"], ["1", "3"], ["2", "4"]]


def test_numbers_have_six_digits(one: ShownForecast) -> None:
    values = np.array([[[1234567.0], [0.123456789]], [[-1e-9], [100.0]]])
    _, rows = forecast_table(one._replace(predictions=values))
    assert [value for _, value in rows] == ["1.23457e+06", "0.123457", "-1e-09", "100"]


def test_series_are_told_apart_by_their_column(one: ShownForecast) -> None:
    headings, rows = forecast_table(one, ids=("region", ["north", "south"]))
    assert headings == ["region", "step", "load"]
    assert rows == [["north", "1", "1"], ["north", "2", "2"], ["south", "1", "3"], ["south", "2", "4"]]


def test_times_stand_after_the_step_under_their_column_s_name(one: ShownForecast) -> None:
    headings, rows = forecast_table(one._replace(timestamps=TIMES), time="day")
    assert headings == ["step", "day", "load"]
    assert rows == [
        ["1", "2024-01-07", "1"],
        ["2", "2024-01-08", "2"],
        ["1", "2024-01-06", "3"],
        ["2", "2024-01-07", "4"],
    ]


def test_times_without_a_column_and_a_column_without_times_are_left_out(one: ShownForecast) -> None:
    plain = forecast_table(one)
    assert forecast_table(one._replace(timestamps=TIMES)) == plain
    assert forecast_table(one, time="day") == plain


def test_bounds_follow_level_by_level_the_lower_ones_first(one: ShownForecast) -> None:
    headings, rows = forecast_table(around(one, _80=0.5, _97=1))
    assert headings == ["step", "load", "lower 80", "upper 80", "lower 97", "upper 97"]
    assert rows[:2] == [["1", "1", "0.5", "1.5", "0", "2"], ["2", "2", "1.5", "2.5", "1", "3"]]


def test_levels_are_named_as_they_were_asked_for(one: ShownForecast) -> None:
    bounds = Bounds(one.predictions, one.predictions)
    headings, _ = forecast_table(one._replace(intervals={97.5: bounds, 80.0: bounds}))
    assert headings[2:] == ["lower 97.5", "upper 97.5", "lower 80", "upper 80"]


def test_several_targets_stand_side_by_side_and_their_bounds_tell_whose_they_are(two: ShownForecast) -> None:
    headings, rows = forecast_table(around(two, _80=0.5))
    assert headings == [
        "step",
        "load",
        "price",
        "lower 80 of load",
        "lower 80 of price",
        "upper 80 of load",
        "upper 80 of price",
    ]
    assert rows == [["1", "1", "10", "0.5", "9.5", "1.5", "10.5"], ["2", "2", "20", "1.5", "19.5", "2.5", "20.5"]]


def test_all_of_it_together_has_a_cell_for_each_heading(two: ShownForecast) -> None:
    timed = around(two, _80=0.5)._replace(timestamps=TIMES[:1])
    headings, rows = forecast_table(timed, ids=("region", ["north"]), time="day")
    assert headings[:5] == ["region", "step", "day", "load", "price"]
    assert rows[1][:5] == ["north", "2", "2024-01-08", "2", "20"]
    assert {len(row) for row in rows} == {len(headings)}
