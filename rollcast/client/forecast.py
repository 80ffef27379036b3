"""A forecast as a Python program wants it: arrays, datetimes, and frames of pandas and polars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rollcast.client.errors import ClientError
from rollcast.client.frames import pandas_frame, polars_frame, usual_library
from rollcast.client.request import Source
from rollcast.client.series import Library

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Array = NDArray[np.float64]
Season = int | tuple[int, ...] | None


class Interval(NamedTuple):
    """The bounds of one level, each of the predictions' shape."""

    lower: Array
    upper: Array


@dataclass(frozen=True, eq=False)
class Forecast:
    """A series' next values.

    `predictions` has shape (horizon) or, of several targets, (horizon, targets); `paths` has an axis more before it.
    `intervals` has the bounds by level, in percent. `timestamps` are in the time zone of the series' own, without one
    where these had none. `warnings` are those of the whole request. `library` is that which the series came in.
    `season` is how many values the season has that was found in the series, a tuple where there are several; None
    where there is none, or where it was told.
    """

    model: str
    version: int
    predictions: Array
    intervals: Mapping[float, Interval] = field(default_factory=dict)
    timestamps: Sequence[datetime] | None = None
    paths: Array | None = None
    warnings: Sequence[str] = ()
    library: Library | None = None
    season: Season = None

    def to_frame(self) -> "pd.DataFrame | pl.DataFrame":
        """A frame of the library that the series came in, else of the one that is installed, pandas first.

        Raises ClientError where none is.
        """
        return self.to_polars() if (self.library or usual_library()) == "polars" else self.to_pandas()

    def to_pandas(self) -> "pd.DataFrame":
        """A row for each step, by its timestamp, else by its number from 1. Raises ClientError without pandas."""
        return pandas_frame(self.columns(), self.timestamps)

    def to_polars(self) -> "pl.DataFrame":
        """A row for each step, with its number from 1, and its timestamp. Raises ClientError without polars."""
        return polars_frame(self.columns(), self.timestamps)

    def columns(self) -> dict[str, Array]:
        """`prediction`, and for each level such as 80 `lower_80` and `upper_80`; several targets are numbered: `_1`."""
        found = _numbered("prediction", self.predictions)
        for level, bounds in self.intervals.items():
            for side, values in bounds._asdict().items():
                found |= _numbered(f"{side}_{level:.15g}", values)
        return found


def forecasts_of(content: Mapping[str, Any], sources: Sequence[Source], *, many: bool) -> list[Forecast]:
    """The forecast of each series in an answer of POST /predict. Raises ClientError where it is none."""

    def of(values: Any, index: int) -> Any:
        return values[index] if many else values

    try:
        return [
            Forecast(
                model=content["model"],
                version=content["version"],
                predictions=np.asarray(of(content["predictions"], index), np.float64),
                intervals={
                    float(level): Interval(
                        *(np.asarray(of(bounds[side], index), np.float64) for side in Interval._fields)
                    )
                    for level, bounds in content.get("intervals", {}).items()
                },
                timestamps=_times(of(content["timestamps"], index), source) if "timestamps" in content else None,
                paths=np.asarray(of(content["paths"], index), np.float64) if "paths" in content else None,
                warnings=tuple(content.get("warnings", ())),
                library=source.library,
                season=season_of(of(content["season"], index)) if "season" in content else None,
            )
            for index, source in enumerate(sources)
        ]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ClientError(f"this is no forecast of rollcast: {error!r}") from error


def season_of(found: int | list[int] | None) -> Season:
    """The season that an answer tells."""
    return tuple(found) if isinstance(found, list) else found


def time_of(text: str, source: Source) -> datetime:
    """A time of an answer, as the series' own times are."""
    time, zone = datetime.fromisoformat(text), source.zone
    return time.replace(tzinfo=None) if zone is None else time.astimezone(zone)


def _times(texts: Sequence[str], source: Source) -> list[datetime]:
    return [time_of(text, source) for text in texts]


def _numbered(name: str, values: Array) -> dict[str, Array]:
    if values.ndim == 1:
        return {name: values}
    return {f"{name}_{number}": column for number, column in enumerate(values.T, start=1)}
