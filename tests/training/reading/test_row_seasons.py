"""Gaps that come every night, every weekend, or just anyhow."""

import numpy as np
import pytest

from models.timeseries.frequency import parse_frequency
from models.timeseries.month_days import Times
from training.reading.row_seasons import find_row_seasons


def business_hours(days: int, rows: int, minutes: int = 60) -> Times:
    """Rows from 8 o'clock on, Monday to Friday."""
    mornings = [day for day in np.arange("2024-01-01", days, dtype="M8[D]") if (day.astype(int) + 3) % 7 < 5]
    return np.array(
        [day + np.timedelta64(480 + minutes * row, "m") for day in mornings for row in range(rows)], "M8[us]"
    )


def test_nights_and_weekends_make_a_day_and_a_week_of_rows() -> None:
    found = find_row_seasons(business_hours(40, 9), parse_frequency("1h"))
    assert found is not None
    assert found.seasons == (9, 45)
    assert found.description.startswith("a day has 9 rows and then a gap")


def test_a_holiday_and_a_short_day_change_nothing() -> None:
    times = business_hours(40, 9)
    kept = np.delete(times, [*range(45, 54), 100, 101])
    found = find_row_seasons(kept, parse_frequency("1h"))
    assert found is not None
    assert found.seasons == (9, 45)


def test_days_without_weekends_make_a_week_of_five() -> None:
    found = find_row_seasons(business_hours(60, 1).astype("M8[D]").astype("M8[us]"), parse_frequency("1d"))
    assert found is not None
    assert found.seasons == (5,)


@pytest.mark.parametrize("missing", [[], [3, 17, 40, 41, 77, 90]])
def test_rows_without_gaps_or_with_gaps_anywhere_have_none(missing: list[int]) -> None:
    times = np.arange("2024-01-01", "2024-01-06", dtype="M8[h]").astype("M8[us]")
    assert find_row_seasons(np.delete(times, missing), parse_frequency("1h")) is None
    days = np.arange("2024-01-01", "2024-05-01", dtype="M8[D]").astype("M8[us]")
    assert find_row_seasons(np.delete(days, missing), parse_frequency("1d")) is None


def test_a_few_days_in_a_row_are_no_week() -> None:
    assert find_row_seasons(np.arange("2024-01-01", 5, dtype="M8[D]").astype("M8[us]"), parse_frequency("1d")) is None


def test_months_have_no_nights() -> None:
    assert find_row_seasons(np.arange("2024-01", 9, dtype="M8[M]").astype("M8[us]"), parse_frequency("1mo")) is None
