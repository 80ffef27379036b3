"""Which rows of a series that nobody has looked at are trained on, validated on, calibrated on and tested on."""

from collections.abc import Sequence
from typing import Any

from training.errors import SeriesError

TEST_SHARE, TEST_HORIZONS = 0.2, 5  # the share is tested on where it holds so many horizons
PART_SHARE = 0.1  # of the rows for each of the parts before it
CALIBRATED_HORIZONS = 2  # in a part, from which on there is one for calibration alone
MAX_PART_HORIZONS = 4
LEAST_ROWS = 8  # to train on


def choose_split(rows: Sequence[int], horizon: int) -> dict[str, Any]:
    """The recipe's values of a split, for series with these numbers of rows.

    The last fifth of each series is tested on from rolling origins where it holds five horizons, else the last horizon
    alone. Where few rows are left before, what the blend and the intervals rest on is the validation rows too. Raises
    SeriesError where the longest series has too few rows to learn anything from.
    """
    shortest, longest = min(rows), max(rows)
    if int(TEST_SHARE * shortest) >= TEST_HORIZONS * horizon:
        train = 1 - TEST_SHARE - 2 * PART_SHARE
        return {"train_share": round(train, 6), "validation_share": PART_SHARE, "calibration_share": PART_SHARE}
    needed = 2 * horizon + max(LEAST_ROWS, horizon)
    if longest < needed:
        raise SeriesError(
            f"the series has {longest} rows; to forecast {horizon} steps it takes at least {needed}: as many to test "
            "and to validate on, and some to learn from. Bring more rows or choose a smaller --horizon"
        )
    left = (shortest if len(rows) == 1 else sorted(rows)[len(rows) // 2]) - horizon
    if PART_SHARE * left < CALIBRATED_HORIZONS * horizon and len(rows) == 1:
        return {"test_rows": horizon, "validation_rows": max(horizon, left // 4), "calibrate_on_validation": True}
    part = min(max(horizon, int(PART_SHARE * left)), MAX_PART_HORIZONS * horizon)
    return {"test_rows": horizon, "validation_rows": part, "calibration_rows": part}
