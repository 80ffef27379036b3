"""Which rows are for what, by how many there are."""

import pytest

from training.errors import SeriesError
from training.search.split import choose_split


def test_the_last_fifth_is_tested_on_where_it_holds_five_horizons() -> None:
    assert choose_split([1_200], 48) == {"train_share": 0.6, "validation_share": 0.1, "calibration_share": 0.1}
    assert "test_rows" in choose_split([1_199], 48)
    assert "test_rows" in choose_split([5_000, 1_199], 48)


def test_else_the_last_horizon_and_calibration_has_rows_of_its_own_where_they_are_many() -> None:
    assert choose_split([544], 24) == {"test_rows": 24, "validation_rows": 52, "calibration_rows": 52}
    assert choose_split([144], 24) == {"test_rows": 24, "validation_rows": 30, "calibrate_on_validation": True}
    assert choose_split([40, 70, 90], 12) == {"test_rows": 12, "validation_rows": 12, "calibration_rows": 12}


def test_too_few_rows_are_told_with_how_many_it_takes() -> None:
    assert choose_split([72], 24)["test_rows"] == 24
    with pytest.raises(SeriesError, match="has 71 rows; to forecast 24 steps it takes at least 72"):
        choose_split([71], 24)
