"""Missing rows and empty cells: found, filled and refused."""

from datetime import datetime

import numpy as np
import polars
import pytest

from models.timeseries.month_days import Times
from training.errors import SeriesError
from training.reading.imputation import add_missing_rows, fill_empty_cells
from training.reading.table import Rows, Table
from training.recipes.sections import Fill

NAN = float("nan")


def rows(count: int) -> Rows:
    return Rows(Table(polars.DataFrame({"a": range(count)}), "load.csv", 2), np.arange(count), "A")


def times(*texts: str) -> Times:
    return np.array(texts, "M8[us]")


def column(*values: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(values)[:, None]


@pytest.mark.parametrize(
    ("found", "frequency"),
    [
        (times("2020-01-01T00:10", "2020-01-01T00:40", "2020-01-01T01:10"), "30m"),
        (times("2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"), "1mo"),
        (times("2020-04-30", "2020-05-31"), "1mo"),
        (times("2020-01-30", "2020-02-29", "2020-03-30", "2020-04-30"), "1mo"),
        (times("2020-02-10T06:00", "2020-05-10T06:00"), "1q"),
        (times("2019-02-28", "2020-02-29", "2021-02-28"), "1y"),
        (times("2020-01-01"), "1d"),
        (times("1969-12-31T23:00", "1970-01-01T00:00"), "1h"),
    ],
)
def test_rows_in_step_stay_as_they_are(found: Times, frequency: str) -> None:
    values = column(*range(len(found)))
    same_times, same_values = add_missing_rows(rows(len(found)), found, values, frequency, "none")
    assert (same_times.tolist(), same_values.tolist()) == (found.tolist(), values.tolist())


@pytest.mark.parametrize(
    ("found", "frequency", "expected"),
    [
        (
            times("2020-01-01T00:00", "2020-01-01T01:00", "2020-01-01T03:00"),
            "1h",
            [datetime(2020, 1, 1, hour) for hour in range(4)],
        ),
        (
            times("2020-01-31", "2020-02-29", "2020-04-30"),
            "1mo",
            [datetime(2020, 1, 31), datetime(2020, 2, 29), datetime(2020, 3, 31), datetime(2020, 4, 30)],
        ),
    ],
)
def test_missing_rows_come_as_empty_ones(found: Times, frequency: str, expected: list[datetime]) -> None:
    complete_times, values = add_missing_rows(rows(3), found, column(1, 2, 4), frequency, "linear")
    assert complete_times.tolist() == expected
    assert np.array_equal(values, column(1, 2, NAN, 4), equal_nan=True)


@pytest.mark.parametrize(
    ("found", "frequency", "fill", "message"),
    [
        (
            times("2020-01-01T00:00", "2020-01-01T01:05", "2020-01-01T02:00", "2020-01-01T03:00"),
            "1h",
            "linear",
            r'row 2 \(line 3\) of "A" has the time 2020-01-01T01:05Z; with values 1h apart 2020-01-01T01:00Z or '
            "2020-01-01T02:00Z was expected: move or drop",
        ),
        (
            times("2020-01-01", "2020-02-01", "2020-03-02", "2020-04-02", "2020-05-01"),
            "1mo",
            "none",
            "and 1 more like it;",
        ),
        (times("2020-01-01", "2020-01-02T00:00:01"), "1d", "none", "2020-01-02T00:00:01.000000Z; with"),
        (
            times("2020-01-01", "2020-01-02", "2020-01-04", "2020-01-08"),
            "1d",
            "none",
            r'row 2 \(line 3\) of "A" has the time 2020-01-02T00:00Z and row 3 \(line 4\) 2020-01-04T00:00Z; '
            "with values 1d apart, 1 between them are missing, 4 in all: bring or fill them",
        ),
        (times("2020-01-01", "2220-01-01"), "1d", "previous", "more than the 2 rows that came, too many to be filled"),
    ],
)
def test_rows_out_of_step_or_missing_are_refused(found: Times, frequency: str, fill: Fill, message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        add_missing_rows(rows(len(found)), found, column(*range(len(found))), frequency, fill)


def test_previous_repeats_and_linear_interpolates() -> None:
    values = np.array([[1, 5], [NAN, 6], [NAN, NAN], [4, 8]])
    assert fill_empty_cells(rows(4), values, ("a", "b"), "previous").tolist() == [[1, 5], [1, 6], [1, 6], [4, 8]]
    assert fill_empty_cells(rows(4), values, ("a", "b"), "linear").tolist() == [[1, 5], [2, 6], [3, 7], [4, 8]]
    assert np.isnan(values[1, 0])
    assert fill_empty_cells(rows(2), column(1, NAN), ("a",), "previous").tolist() == [[1], [1]]


@pytest.mark.parametrize(
    ("values", "fill", "message"),
    [
        (column(NAN, 1), "previous", r'row 1 \(line 2\) of "A" has an empty cell in column "a" and no value before it'),
        (column(NAN, 1), "linear", "no value before it to fill it from: drop such rows"),
        (column(1, NAN), "linear", r"row 2 \(line 3\) .* no value after it"),
        (column(NAN, NAN), "previous", "row 1"),
    ],
)
def test_what_has_nothing_to_be_filled_from_is_refused(
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]], fill: Fill, message: str
) -> None:
    with pytest.raises(SeriesError, match=message):
        fill_empty_cells(rows(len(values)), values, ("a",), fill)
