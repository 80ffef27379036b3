"""Calendar inputs, worked out by hand."""

import numpy as np
import pytest

from models.timeseries.calendar_features import CYCLES, Cycle, calendar_inputs

ROOT = 0.5**0.5


def inputs(time: str, cycle: Cycle, zone: str = "UTC") -> list[float]:
    values: list[float] = calendar_inputs(np.array([time], "M8[us]"), [cycle], zone)[0].tolist()
    return values


@pytest.mark.parametrize(
    ("time", "cycle", "expected"),
    [
        ("2024-02-29T00:00", "day", [0, 1, 0, 1]),
        ("2024-02-29T03:00", "day", [ROOT, ROOT, 1, 0]),
        ("2024-02-29T06:00", "day", [1, 0, 0, -1]),
        ("1969-12-31T18:00", "day", [-1, 0, 0, -1]),  # before numpy's first day
        ("2024-07-01T00:00", "week", [0, 1, 0, 1, 0, 1]),  # a Monday
        ("2024-07-04T12:00", "week", [0, -1, 0, 1, 0, -1]),  # half the week
        ("1969-12-29T00:00", "week", [0, 1, 0, 1, 0, 1]),
        ("1900-01-01T00:00", "week", [0, 1, 0, 1, 0, 1]),
        ("2023-01-01T00:00", "year", [0, 1]),
        ("2023-07-02T12:00", "year", [0, -1]),  # 182.5 of 365 days
        ("2024-07-02T00:00", "year", [0, -1]),  # 183 of 366
        ("1968-04-01T12:00", "year", [1, 0]),  # 91.5 of 366
        ("2024-07-01T23:59", "weekday", [1, 0, 0, 0, 0, 0, 0]),
        ("2024-07-07T00:00", "weekday", [0, 0, 0, 0, 0, 0, 1]),
        ("1900-01-02T00:00", "weekday", [0, 1, 0, 0, 0, 0, 0]),
    ],
)
def test_a_time_is_a_place_in_its_cycles(time: str, cycle: Cycle, expected: list[float]) -> None:
    assert inputs(time, cycle) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("time", "cycle", "expected"),
    [
        ("2024-06-30T20:00", "day", [1, 0, 0, -1]),  # 6 in the morning of winter
        ("2024-01-01T19:00", "day", [1, 0, 0, -1]),  # 6 in the morning of summer time
        ("2024-06-30T13:59", "weekday", [0, 0, 0, 0, 0, 0, 1]),
        ("2024-06-30T14:00", "weekday", [1, 0, 0, 0, 0, 0, 0]),
        ("2023-12-31T13:00", "year", [0, 1]),
    ],
)
def test_the_clock_is_the_local_one(time: str, cycle: Cycle, expected: list[float]) -> None:
    assert inputs(time, cycle, "Australia/Melbourne") == pytest.approx(expected, abs=1e-6)


def test_a_cycle_ends_where_it_begins() -> None:
    cycles: list[Cycle] = ["day", "week", "year"]
    for cycle in cycles:  # 2018 began with a Monday
        assert inputs("2017-12-31T23:59:59.999999", cycle) == pytest.approx(inputs("2018-01-01T00:00", cycle), abs=1e-6)


def test_cycles_follow_each_other_as_they_are_named_in_times_of_any_shape() -> None:
    times = np.array([["2024-07-01T06:00", "2024-07-02T00:00", "2024-07-03T12:00"]], "M8[us]")
    values = calendar_inputs(times, ["weekday", "day"], "UTC")
    assert values.shape == (1, 3, 11)
    assert values.dtype == np.float32
    assert values[0, :, :3].tolist() == np.eye(3).tolist()
    assert values[0, :, 7:] == pytest.approx(np.array([[1, 0, 0, -1], [0, 1, 0, 1], [0, -1, 0, 1]]), abs=1e-6)


def test_every_cycle_has_the_channels_that_it_tells() -> None:
    times = np.array(["2024-07-01T06:00"], "M8[us]")
    assert {cycle: each.of(times).shape[-1] for cycle, each in CYCLES.items()} == {
        cycle: each.channels for cycle, each in CYCLES.items()
    }
