"""The rows before those that are held out."""

import numpy as np

from training.data.held_out import History, histories
from training.data.splits import split_rows
from training.reading.series import Series
from training.recipes.recipe import Recipe

SHARES = Recipe().with_values({"train_share": 0.5, "validation_share": 0.1, "calibration_share": 0.2})


def test_the_linear_baseline_may_learn_from_the_validation_rows() -> None:
    series = [Series(np.arange(20.0)[:, None], ("a",), "made up")]
    (history,) = histories(series, split_rows(SHARES, series))
    assert history.values[:, 0].tolist() == [
        *range(12)
    ]  # 10 rows to train on, 2 to validate on; 4 to calibrate on, 4 to test


def test_a_history_has_no_gaps_and_what_is_known_of_its_rows() -> None:
    times = np.datetime64("2024-01-01", "us") + np.arange(4) * np.timedelta64(1, "D")
    values, codes = np.array([[1.0], [np.nan], [3], [4]]), np.arange(5.0)[:, None]
    history = History.of(Series(values, ("a",), "made up", times=times, codes=codes), 2)
    assert history.values.tolist() == [[1], [1]]
    assert history.times is not None
    assert history.codes is not None
    assert (history.times.tolist(), history.codes.tolist()) == (times[:2].tolist(), [[0], [1]])
    plain = History.of(Series(values, ("a",), "made up"), 3)
    assert (plain.values.tolist(), plain.times, plain.codes) == ([[1], [1], [3]], None, None)
