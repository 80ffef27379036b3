"""The series of one's own file to pretrain on, in the long format of Nixtla's libraries: unique_id, ds, y."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.seasonal.season_search import usual_seasons
from training.reading.series import read_series
from training.recipes.sections import SeriesSection

Values = NDArray[np.float64]

ENDINGS = (".csv", ".parquet")
ID, TIME, VALUE = "unique_id", "ds", "y"
LONGEST_HORIZON, HORIZON_WITHOUT_SEASON = 48, 6


class OwnSeries(NamedTuple):
    """A series of a file: its id and values of shape (rows), NaN where one is absent."""

    name: str
    values: Values


class OwnFile(NamedTuple):
    """A file's series, the seasons that are usual at their frequency, and how many values are usually forecast."""

    series: tuple[OwnSeries, ...]
    seasons: tuple[int, ...]
    horizon: int


def is_file(source: str) -> bool:
    """Whether a source is a file, not the name of one that packages have."""
    return source.lower().endswith(ENDINGS)


def read_own_file(path: str) -> OwnFile:
    """The series of a CSV or Parquet file, each at the same frequency. Raises SeriesError and RecipeError."""
    section = SeriesSection.model_validate({"csv": path, "column": VALUE, "id": ID, "time": TIME, "missing": "mask"})
    found = read_series(section)
    seasons = tuple(usual_seasons(found[0].frequency))
    horizon = min(LONGEST_HORIZON, seasons[0]) if seasons else HORIZON_WITHOUT_SEASON
    return OwnFile(tuple(OwnSeries(each.id, each.values[:, 0]) for each in found), seasons, horizon)
