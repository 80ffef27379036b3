"""What a search knows of series."""

import numpy as np

from training.data.splits import counted_parts
from training.reading.series import Series
from training.search.situation import Situation


def test_a_situation_tells_lengths_times_and_years() -> None:
    times = np.array(["2020-01-01", "2022-01-01"], "M8[us]")
    first = Series(np.zeros((2, 1)), ("y",), "a.csv", "A", times, "2y")
    of = Situation.of([first], [counted_parts(2, 0, 0, 0)], [], 1)
    assert (of.longest, of.typical, of.is_panel, of.has_times, round(of.years, 2)) == (2, 2, False, True, 2.0)
    second = Series(np.zeros((9, 1)), ("y",), "a.csv", "B")
    both = Situation.of([second, first], [counted_parts(rows, 2, 0, 1) for rows in (9, 2)], [], 1)
    assert (both.rows, both.longest, both.is_panel, both.has_times) == ((1, 8), 8, True, False)
    assert both.train_rows == 6
