"""Public holidays as inputs."""

import numpy as np
import pytest

from models.timeseries.holiday_inputs import check_holidays, holiday_inputs


def test_a_holiday_is_one_by_the_local_clock() -> None:
    times = np.array(["2024-12-24T12:59", "2024-12-24T13:00", "2024-12-25T12:59", "2024-12-26T13:00"], "M8[us]")
    assert holiday_inputs(times, "AU-VIC", "Australia/Melbourne")[:, 0].tolist() == [0, 1, 1, 0]


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    cup_day = np.array([["2024-11-05", "2024-11-06"]], "M8[us]")
    assert holiday_inputs(cup_day, "AU-VIC", "UTC").tolist() == [[[1], [0]]]
    assert holiday_inputs(cup_day, "AU", "UTC").tolist() == [[[0], [0]]]


def test_years_may_differ() -> None:
    assert holiday_inputs(np.array(["2023-12-25", "2024-01-01"], "M8[us]"), "DE", "UTC")[:, 0].tolist() == [1, 1]


@pytest.mark.parametrize("place", ["XX", "AU-XYZ", "", "Germany!"])
def test_a_place_that_is_not_known_is_told(place: str) -> None:
    with pytest.raises(ValueError, match="ISO 3166 codes, such as AU, AU-VIC or DE-BY"):
        check_holidays(place)


def test_a_place_that_is_known_is_itself() -> None:
    assert check_holidays("AU-VIC") == "AU-VIC"
