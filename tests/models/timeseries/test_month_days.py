"""Which day of their months times lie on."""

import numpy as np
import pytest

from models.timeseries.month_days import LAST_DAY, Times, common_day, month_positions, months_after, own_day


def times(*texts: str) -> Times:
    return np.array(texts, "M8[us]")


def test_where_in_their_months_times_lie() -> None:
    found = month_positions(times("1970-01-01", "1969-12-31T23:00", "2024-02-29T00:00:00.000001", "2023-02-27"))
    assert found.month.tolist() == [0, -1, 649, 637]
    assert found.day.tolist() == [1, 31, 29, 27]
    assert found.length.tolist() == [31, 31, 29, 28]
    assert found.time_of_day.tolist() == [0, 82_800_000_000, 1, 0]
    assert found.is_last.tolist() == [False, True, True, False]
    assert found.lies_on(30).tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (["2023-06-30", "2023-09-30"], LAST_DAY),
        (["2023-01-31", "2023-02-28"], LAST_DAY),
        (["2023-01-30", "2023-02-28"], 30),
        (["2023-01-29", "2023-02-28"], 29),
        (["2023-01-15", "2023-02-15"], 15),
        (["2023-01-15", "2023-02-16"], None),
        (["2023-03-31", "2023-04-29"], None),
        (["2023-04-30"], LAST_DAY),
    ],
)
def test_the_day_that_all_times_lie_on(dates: list[str], day: int | None) -> None:
    assert common_day(times(*dates)) == day


def test_a_single_time_on_a_last_day_counts_as_the_last() -> None:
    assert [own_day(time) for time in times("2023-04-30", "2023-04-29", "2024-02-28")] == [LAST_DAY, 29, 28]


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    came = months_after(times("2024-01-30T06:30")[0], np.array([-2, 0, 1, 2]), 30)
    assert (
        came.tolist() == times("2023-11-30T06:30", "2024-01-30T06:30", "2024-02-29T06:30", "2024-03-30T06:30").tolist()
    )
