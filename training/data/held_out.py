"""Rows that are held out of training, and the rows before them."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec
from models.timeseries.missing_values import fill_forward
from models.timeseries.month_days import Times
from training.data.splits import Parts
from training.reading.series import Series


class HeldOut(NamedTuple):
    """A series, of which the rows in `part` are to be forecast.

    `values` are raw, shape (rows, features), NaN where one is missing. `times`, shape (rows), are in UTC; None where
    they are not known. `codes` are those of covariates, shape (rows, covariates). `seasons` are those of the Series.
    """

    values: NDArray[np.float64]
    part: range
    times: Times | None = None
    id: str = ""
    codes: NDArray[np.float64] | None = None
    seasons: tuple[int, ...] = ()

    @classmethod
    def of(cls, series: Series, part: range) -> Self:
        """A series up to the end of a part."""
        return cls(
            series.values[: part.stop],
            part,
            None if series.times is None else series.times[: part.stop],
            series.id,
            None if series.codes is None else series.codes[: part.stop],
            series.seasons,
        )


class History(NamedTuple):
    """The first rows of a series, which something is fitted to: `values`, shape (rows, features), have no gaps.

    `times` and `codes` are those of a `HeldOut`.
    """

    values: NDArray[np.float64]
    times: Times | None = None
    codes: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, series: Series, rows: int) -> Self:
        """So many rows of a series, in raw units, the last known value in place of each that is missing."""
        return cls(
            fill_forward(series.values[:rows]),
            None if series.times is None else series.times[:rows],
            None if series.codes is None else series.codes[:rows],
        )


def without_gaps(held_out: Sequence[HeldOut]) -> tuple[HeldOut, ...]:
    """The series with the last known value in place of each that is missing: what naive forecasts repeat."""
    return tuple(each._replace(values=fill_forward(each.values)) for each in held_out)


def held_out_series(spec: ModelSpec, series: Sequence[Series], parts: Sequence[range]) -> tuple[HeldOut, ...]:
    """The series of which some row in the part can be forecast. Each ends with its part."""
    return tuple(
        HeldOut.of(each, part)
        for each, part in zip(series, parts, strict=True)
        if part.stop > max(part.start, spec.least_context)
    )


def unfitted_series(series: Sequence[Series], parts: Sequence[Parts]) -> tuple[HeldOut, ...]:
    """The validation and calibration rows of each series, which its network was not fitted to."""
    rows = [range(each.validation.start, each.calibration.stop) for each in parts]
    return tuple(HeldOut.of(each, part) for each, part in zip(series, rows, strict=True))


def histories(series: Sequence[Series], parts: Sequence[Parts]) -> tuple[History, ...]:
    """The training and validation rows of each series."""
    return tuple(History.of(each, split.validation.stop) for each, split in zip(series, parts, strict=True))


def describe_rows(series: Sequence[Series], parts: Sequence[range]) -> str:
    """The rows of a part in words, as in "the last 24 of 120 rows"; an empty text for no rows."""
    counts, totals = [len(part) for part in parts], [len(each.values) for each in series]
    after = [total - part.stop for total, part in zip(totals, parts, strict=True)]
    alike = len(set(counts)) == len(set(after)) == 1
    count, later = (counts[0], after[0]) if alike else (sum(counts), sum(after))
    if not count:
        return ""
    rows = f"the {count} rows before the last {later}" if later else f"the last {count}"
    if len(series) == 1:
        return f"{rows} of {totals[0]} rows"
    return (
        f"{rows} rows of each of {len(series)} series"
        if alike
        else f"{rows} of {sum(totals)} rows in {len(series)} series"
    )
