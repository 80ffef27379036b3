"""What decides which plans are worth trying: how many rows there are, how far apart, which seasons they show."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.seasonal.season_search import Season
from training.data.splits import Parts
from training.reading.series import Series

YEAR = np.timedelta64(8766, "h")


class Situation(NamedTuple):
    """What a search knows of the series before it trains anything.

    `rows` are those of each series before its test part, the shortest first, `train_rows` those that the series with
    most of them has to train on. `has_times` tells whether the time of each row is known, `years` how many the longest
    series covers.
    """

    rows: tuple[int, ...]
    train_rows: int
    horizon: int
    seasons: tuple[Season, ...]
    frequency: str | None
    has_times: bool
    years: float

    @classmethod
    def of(
        cls, series: Sequence[Series], parts: Sequence[Parts], seasons: Sequence[Season], horizon: int
    ) -> "Situation":
        """The situation of series that are split into parts."""
        times = [each.times for each in series if each.times is not None]
        return cls(
            rows=tuple(sorted(part.test.start for part in parts)),
            train_rows=max(len(part.train) for part in parts),
            horizon=horizon,
            seasons=tuple(seasons),
            frequency=series[0].frequency,
            has_times=len(times) == len(series),
            years=max((float((each[-1] - each[0]) / YEAR) for each in times), default=0.0),
        )

    @property
    def typical(self) -> int:
        """The rows of a series in the middle of them."""
        return self.rows[len(self.rows) // 2]

    @property
    def longest(self) -> int:
        """The rows of the longest series."""
        return self.rows[-1]

    @property
    def is_panel(self) -> bool:
        """Whether there are several series."""
        return len(self.rows) > 1
