"""The rows before those that are held out."""

import numpy as np

from training.data.held_out import histories
from training.data.splits import split_rows
from training.reading.series import Series
from training.recipes.recipe import Recipe

SHARES = Recipe().with_values({"train_share": 0.5, "validation_share": 0.1, "calibration_share": 0.2})


def test_the_linear_baseline_may_learn_from_the_validation_rows() -> None:
    series = [Series(np.arange(20.0)[:, None], ("a",), "made up")]
    (history,) = histories(series, split_rows(SHARES, series))
    assert history[:, 0].tolist() == [*range(12)]  # 10 rows to train on, 2 to validate on; 4 to calibrate on, 4 to test
