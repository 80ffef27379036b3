"""A file of many series is not taken for one; a file of one is."""

from pathlib import Path

import pytest

from training.errors import SeriesError
from training.reading.long_format import check_one_series
from training.reading.table import read_table

HOUR_BY_HOUR = "".join(f"2024-01-{day:02},{hour},{day + hour}\n" for day in (1, 2) for hour in range(3))


def check(tmp_path: Path, content: str, column: str, time: str | None = None) -> None:
    path = tmp_path / "file.csv"
    path.write_text(content)
    check_one_series(read_table(str(path)), (column,), time)


@pytest.mark.parametrize("time", [None, "ds"])
@pytest.mark.parametrize(
    "content",
    [
        "id,ds,y\nA,2024-01,1\nA,2024-02,2\nB,2024-01,3\nB,2024-02,4\n",  # one after the other
        "id,ds,y\nA,2024-01,1\nB,2024-01,3\nA,2024-02,2\nB,2024-02,4\n",  # side by side
        "id,ds,y\n7,2024-01,1\n7,2024-02,2\n8,2024-01,3\n8,2024-02,4\n",  # named by numbers
        "id,ds,y\n7,1990 Q1,1\n7,1990 Q2,2\n8,1990 Q1,3\n8,1990 Q2,4\n",
    ],
)
def test_times_that_come_again_for_each_series_are_told(tmp_path: Path, content: str, time: str | None) -> None:
    with pytest.raises(SeriesError, match=r'seems to hold 2 series, .* Add --id "id" --time "ds"; .* add --one-series'):
        check(tmp_path, content, "y", time)


def test_years_are_times_by_their_name(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match='Add --id "land" --time "Year"'):
        check(tmp_path, "land,Year,y\nA,1990,1\nA,1991,2\nB,1990,3\nB,1991,4\n", "y")


@pytest.mark.parametrize(
    "content",
    [
        "y\n1\n2\n",
        "ds,y\n2024-01,1\n2024-02,2\n",
        "id,ds,y\nA,2024-01,1\nA,2024-02,2\n",  # one series that has a name
        "day,hour,y\n" + HOUR_BY_HOUR,
        "ds,day,holiday,y\n2024-01-01T00:00,2024-01-01,no,1\n2024-01-01T12:00,2024-01-01,no,2\n"
        "2024-01-02T00:00,2024-01-02,yes,3\n2024-01-02T12:00,2024-01-02,yes,3\n",
        "when,note,y\n2024-01-01,,1\n2024-01-01,late,2\n",  # no column names every row
        ",y\n,1\n,2\n",
    ],
)
def test_one_series_passes(tmp_path: Path, content: str) -> None:
    check(tmp_path, content, "y")
