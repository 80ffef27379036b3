"""Times of rows: read, in order, and how far apart."""

from datetime import date, datetime

import numpy as np
import polars
import pytest

from models.timeseries.month_days import Times
from training.errors import SeriesError
from training.reading.table import Rows, Table
from training.reading.timestamps import check_order, infer_frequency, read_times


def table(*cells: object) -> Table:
    return Table(polars.DataFrame({"t": cells}, strict=False), "load.csv", 2)


def rows(count: int, series: str = "") -> Rows:
    return Rows(table(*range(count)), np.arange(count), series)


def times(*texts: str) -> Times:
    return np.array(texts, "M8[us]")


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2012-02-29", datetime(2012, 2, 29)),
        (" 2012-01-31T13:30 ", datetime(2012, 1, 31, 13, 30)),
        ("2012-01-31 13:30:15.5", datetime(2012, 1, 31, 13, 30, 15, 500_000)),
        ("2012-01-31T13:30Z", datetime(2012, 1, 31, 13, 30)),
        ("2012-01-31T13:30+11:00", datetime(2012, 1, 31, 2, 30)),
        (date(2012, 2, 29), datetime(2012, 2, 29)),
        (datetime(2012, 1, 31, 13, 30), datetime(2012, 1, 31, 13, 30)),
    ],
)
def test_times_are_iso_8601_and_utc_where_no_offset_is(cell: object, time: datetime) -> None:
    assert read_times(table(cell), "t").tolist() == [time]


def test_times_of_a_zone_become_utc() -> None:
    cells = table(datetime(2012, 1, 31, 13)).cells.select(polars.col("t").dt.replace_time_zone("Europe/Berlin"))
    assert read_times(Table(cells, "load.parquet", None), "t").tolist() == [datetime(2012, 1, 31, 12)]


@pytest.mark.parametrize("cell", [None, "", "2012-13-01", "31.01.2012", "noon", 5, "9999-12-31", "0001-01-01"])
def test_anything_else_is_refused_with_its_row(cell: object) -> None:
    problem = "is empty" if cell is None else f"is '{cell}'"
    with pytest.raises(SeriesError, match=rf'load.csv: row 1 \(line 2\) of column "t" {problem}; .* such as'):
        read_times(table(cell), "t")


@pytest.mark.parametrize(
    ("series", "frequency"),
    [
        ([times("2020-01-01T00:00", "2020-01-01T00:30", "2020-01-01T01:00")], "30m"),
        ([times("2020-01-01T00:00", "2020-01-01T01:00", "2020-01-01T02:00", "2020-01-01T05:00")], "1h"),
        ([times("2020-01-01T00:00", "2020-01-01T01:30")], "90m"),
        ([times("2020-01-01", "2020-01-02", "2020-01-03")], "1d"),
        ([times("2020-01-06", "2020-01-13")], "1w"),
        ([times("2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30")], "1mo"),
        ([times("2020-01-15", "2020-02-15", "2020-04-15", "2020-05-15")], "1mo"),
        ([times("2020-01-30", "2020-02-29", "2020-03-30", "2020-04-30", "2020-05-30", "2020-06-30")], "1mo"),
        ([times("2020-03-31", "2020-06-30", "2020-09-30")], "1q"),
        ([times("2020-01-01", "2020-05-01")], "4mo"),
        ([times("1700-01-01", "1701-01-01")], "1y"),
        ([times("2019-02-28", "2020-02-29")], "1y"),
        ([times("2020-01-01"), times("2020-01-01", "2020-01-03"), times("2020-05-01", "2020-05-03")], "2d"),
        ([times("2020-01-01")], None),
    ],
)
def test_the_frequency_is_the_most_common_time_between_rows(series: list[Times], frequency: str | None) -> None:
    assert infer_frequency(series) == frequency


def test_a_time_between_rows_that_is_no_frequency_is_refused() -> None:
    with pytest.raises(SeriesError, match="a thousand years at most: say with frequency"):
        infer_frequency([times("0100-01-01", "9000-01-01")])


def test_times_in_order_pass() -> None:
    check_order(rows(3), times("2020-01-01", "2020-01-02", "2020-01-05"))
    check_order(rows(1), times("2020-01-01"))


@pytest.mark.parametrize(
    ("found", "series", "message"),
    [
        (
            times("2020-01-02", "2020-01-01"),
            "",
            r"load.csv: row 2 \(line 3\) has the time 2020-01-01T00:00Z, but row 1 \(line 2\) before it "
            r"2020-01-02T00:00Z; rows must go .*: sort them by their time \(rows of several series",
        ),
        (times("2020-01-02", "2020-01-01", "2019-01-01"), "", "before it 2020-01-02T00:00Z, and 1 more like it; rows"),
        (
            times("2020-01-01", "2020-01-02", "2020-01-02"),
            "A",
            r'row 3 \(line 4\) of "A" has the time 2020-01-02T00:00Z of row 2 \(line 3\) once more; .* such rows$',
        ),
    ],
)
def test_times_out_of_order_or_twice_are_refused(found: Times, series: str, message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        check_order(rows(len(found), series), found)


def test_rows_of_a_series_keep_their_numbers_in_the_file() -> None:
    odd = Rows(table(*range(9)), np.array([1, 3, 5]), "B")
    with pytest.raises(SeriesError, match=r'row 6 \(line 7\) of "B" .* of row 4 \(line 5\)'):
        check_order(odd, times("2020-01-01", "2020-01-02", "2020-01-02"))
