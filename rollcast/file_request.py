"""From a file to a request: what a version needs of it, in the form that POST /predict takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.errors import RollcastError
from models.inference.covariates import covariate_values
from models.inference.sent_covariates import KINDS, SentCovariates, Values
from rollcast.console import warn
from rollcast.described import Described
from service.forecasting import ForecastRequest
from service.window_times import WindowTimes
from training.reading.series import Series, read_series
from training.recipes.recipe import Recipe
from training.recipes.sections import SeriesSection

MAX_VALUES = 1_000_000  # of a request: more would be many minutes and gigabytes
ADAPT_HORIZONS = 30  # of rows before the context, that intervals follow


def time_column(described: Described) -> str | None:
    """The column of times that the model was trained with, where it needs times."""
    if not described.spec.needs_times:
        return None
    found = described.series.get("time")
    if not isinstance(found, str):
        raise RollcastError(
            f"{described.title} takes in the {described.spec.time_inputs} of each value: name the file's column "
            "of times with --time"
        )
    return found


def read_file(
    described: Described, csv: str, column: list[str] | None, time: str | None, id_: str | None
) -> tuple[Series, ...]:
    """The file's series, rows that are missing filled as the model's recipe fills them, which is said."""
    series = read_series(series_section(described, csv, column, time, id_))
    for warning in filled_warnings(described, series):
        warn(warning)
    return series


def series_section(
    described: Described, csv: str, column: list[str] | None, time: str | None, id_: str | None
) -> SeriesSection:
    """How a model's recipe reads a file, or a table that stands in for it. Raises RollcastError."""
    columns = tuple(column or described.spec.features)
    if len(columns) != len(described.spec.features):
        raise RollcastError(
            f"{described.title} has the features {', '.join(described.spec.features)}: "
            f"name {len(described.spec.features)} columns in this order with --column, not {len(columns)}"
        )
    frequency = None if time is None else described.spec.frequency
    fill = described.series.get("fill", "none")
    values = {"csv": csv, "column": columns, "id": id_, "time": time, "frequency": frequency, "fill": fill}
    values["missing"] = "mask" if described.spec.takes_missing else "error"
    values |= {kind: [each.name for each in getattr(described.spec, kind)] for kind in KINDS}
    return Recipe().with_values(values).series


def filled_warnings(described: Described, series: Sequence[Series]) -> list[str]:
    """A sentence on rows that were filled, where there are any."""
    filled, fill = sum(each.filled_rows for each in series), described.series.get("fill", "none")
    if not filled:
        return []
    return [f"{filled} rows of {series[0].source} were missing or had empty cells: filled ({fill}), as in training"]


def request_of(described: Described, series: Sequence[Series], horizon: int, *, adapt: bool) -> ForecastRequest:
    """The request for the values after each series' last one, with its times where the file tells them."""
    rows = max(described.spec.context_length, 2)  # it takes two times to tell the day of the month
    if adapt:
        rows += ADAPT_HORIZONS * horizon
    return ForecastRequest(
        windows=[each.values[-rows:] for each in series],
        covariates=_covariates(series, rows, horizon),
        horizon=horizon,
        times=None
        if any(each.times is None for each in series)
        else [
            WindowTimes(timestamps=np.datetime_as_string(each.times[-rows:]).tolist(), freq=each.frequency)
            for each in series
            if each.times is not None
        ],
    )


def check_size(series: int, request: ForecastRequest) -> None:
    """Raise RollcastError where a request asks for more values than anyone waits for."""
    if series * request.horizon * (1 + request.paths) > MAX_VALUES:
        raise RollcastError(
            f"{series} series and a horizon of {request.horizon} make more than {MAX_VALUES} values: choose a shorter "
            "one"
        )


def _covariates(series: Sequence[Series], rows: int, horizon: int) -> SentCovariates:
    """The values of covariates in each series' newest rows and the horizon. Raises RollcastError where some lack."""
    known = series[0].covariates
    first, second = len(known.future), len(known.future) + len(known.past)
    for each in series if known.future else ():
        come = 0 if each.codes is None else len(each.codes) - len(each.values)
        if come < horizon:
            names = ", ".join(covariate.name for covariate in known.future)
            raise RollcastError(
                f"{each.name} has {come} rows after its last value; a horizon of {horizon} needs as many, with "
                f"the values of {names}: add them, and leave the other cells empty"
            )
    found: list[tuple[Values, Values, Mapping[str, Any]]] = []
    for each in series:
        if each.codes is not None:
            values = len(each.values)
            codes = each.codes[max(0, values - rows) : values + horizon]
            past = codes[: min(rows, values), first:second]
            static = covariate_values(known.static, codes[:1, second:])
            found.append(
                (
                    covariate_values(known.future, codes[:, :first]),
                    covariate_values(known.past, past),
                    {name: value for name, (value,) in static.items()},
                )
            )
    kinds = list(zip(*found, strict=True)) or [(), (), ()]
    return SentCovariates(*(list(sent) if covariates else None for sent, covariates in zip(kinds, known, strict=True)))
