"""`rollcast predict`: the service's forecaster on a file, without a server."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from models.errors import InvalidRequest, RollcastError
from models.inference.covariates import covariate_values
from models.inference.sent_covariates import KINDS, SentCovariates, Values
from models.intervals.conformal import Bounds
from models.references import parse_reference
from models.registry.durable_write import replace_durably
from models.spec.manifest import Manifest
from models.text import counted, printable
from rollcast.console import show_table, warn
from rollcast.options import NameArgument, RegistryOption, open_registry
from rollcast.tables import forecast_table
from service.forecasting import (
    Forecast,
    ForecastRequest,
    forecast_now,
    level_name,
    out_of_range_warning,
    unseen_warnings,
)
from service.window_times import WindowTimes
from training.extras import require_train
from training.reading.series import Series, read_series
from training.recipes.recipe import Recipe

ADAPT_HORIZONS = 30  # of rows before the context, that intervals follow
MAX_VALUES = 1_000_000  # more would be many minutes and gigabytes


def predict(
    name: NameArgument,
    csv: Annotated[str, typer.Option(help="CSV or Parquet file of the series, oldest row first.")],
    horizon: Annotated[int, typer.Option(help="How many steps to forecast.")] = 1,
    column: Annotated[
        list[str] | None, typer.Option(help="The file's column for each feature, where named otherwise there.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="The file's column of times, ISO 8601; by default the recipe's, where needed.")
    ] = None,
    id_: Annotated[
        str | None,
        typer.Option("--id", help="The file's column that tells series apart; by default the recipe's, \"\" for none."),
    ] = None,
    level: Annotated[
        list[float] | None, typer.Option(help="Give intervals of this level as well, in percent; repeat for several.")
    ] = None,
    adapt: Annotated[
        bool, typer.Option("--adapt", help="Have the intervals follow how good forecasts of the file's rows were.")
    ] = False,
    paths: Annotated[
        int, typer.Option(min=0, help="Draw so many sample paths of the whole horizon as well; shown with --json.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Decides which paths are drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what POST /predict would answer.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the forecast, of several series the first's, into this PNG file.")
    ] = None,
    registry: RegistryOption = None,
) -> None:
    """Forecast the values that follow a file's last ones."""
    if horizon > MAX_VALUES:
        raise RollcastError(f"the horizon may be at most {MAX_VALUES}, not {printable(str(horizon))}")
    require_train("polars", *(["matplotlib"] if plot else []))
    source = open_registry(registry)
    manifest, forecaster = source.open(*source.resolve(parse_reference(name)))
    time = time or _time_column(manifest)
    id_ = _recipe(manifest).get("id") if id_ is None else id_ or None
    series = _read(manifest, csv, column, time, id_)
    if len(series) * horizon * (1 + paths) > MAX_VALUES:
        raise RollcastError(
            f"{len(series)} series and a horizon of {horizon} make more than {MAX_VALUES} values: choose a shorter one"
        )
    if paths and not as_json:
        raise RollcastError("sample paths are many numbers: add --json to have them, or leave --paths out")
    try:
        request = _request(manifest, series, horizon, adapt=adapt)
        request = request._replace(levels=level or (), adapt=adapt, paths=paths, seed=seed)
        forecast = forecast_now(request, manifest, forecaster)
    except InvalidRequest as error:
        where = next((f"{series[part].name}: " for part in error.location if isinstance(part, int)), "")
        raise RollcastError(f"{where}{error}") from error
    if plot is not None:
        _draw(plot, series[0], forecast)
    if as_json:
        from service.routes.predict import response_content  # which loads FastAPI

        typer.echo(json.dumps(response_content(forecast, many=id_ is not None)))
        return
    for warning in unseen_warnings(forecast.unseen):
        warn(warning)
    if forecast.out_of_range:
        warn(out_of_range_warning(manifest, [series[index].name for index in forecast.out_of_range]))
    ids = None if id_ is None else (id_, [each.id for each in series])
    show_table(*forecast_table(forecast, ids, time))


def _time_column(manifest: Manifest) -> str | None:
    """The column of times that the model was trained with, where it needs times."""
    if not manifest.spec.needs_times:
        return None
    found = _recipe(manifest).get("time")
    if not isinstance(found, str):
        raise RollcastError(
            f"{manifest.title} takes in the {manifest.spec.time_inputs} of each value: name the file's column "
            "of times with --time"
        )
    return found


def _read(
    manifest: Manifest, csv: str, column: list[str] | None, time: str | None, id_: str | None
) -> tuple[Series, ...]:
    """The file's series, rows that are missing filled as the model's recipe fills them, which is said."""
    columns = tuple(column or manifest.spec.features)
    if len(columns) != len(manifest.spec.features):
        raise RollcastError(
            f"{manifest.name}@{manifest.version} has the features {', '.join(manifest.spec.features)}: "
            f"name {len(manifest.spec.features)} columns in this order with --column, not {len(columns)}"
        )
    frequency = None if time is None else manifest.spec.frequency
    fill = _recipe(manifest).get("fill", "none")
    values = {"csv": csv, "column": columns, "id": id_, "time": time, "frequency": frequency, "fill": fill}
    values["missing"] = "mask" if manifest.spec.masked else "error"
    values |= {kind: [each.name for each in getattr(manifest.spec, kind)] for kind in KINDS}
    series = read_series(Recipe().with_values(values).series)
    filled = sum(each.filled_rows for each in series)
    if filled:
        warn(f"{filled} rows of {series[0].source} were missing or had empty cells: filled ({fill}), as in training")
    return series


def _recipe(manifest: Manifest) -> Mapping[str, Any]:
    """What the recipe of the training says of its series."""
    section: Mapping[str, Any] = manifest.training.recipe.get("series", {})
    return section


def _request(manifest: Manifest, series: Sequence[Series], horizon: int, *, adapt: bool) -> ForecastRequest:
    """The request for the values after each series' last one, with its times where the file tells them."""
    rows = max(manifest.spec.context_length, 2)  # it takes two times to tell the day of the month
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


def _draw(path: Path, series: Series, forecast: Forecast) -> None:
    """Draw the first series' forecast."""
    from training.report.forecast_plot import forecast_plot  # matplotlib takes a while, and only pictures need it

    spec, predictions = forecast.manifest.spec, forecast.predictions[0]
    past = series.values[:, list(spec.target_columns)]
    title = f"{forecast.manifest.title}: {counted(len(predictions), 'step')} after {series.name}"
    bands = {level_name(level): Bounds(*(each[0] for each in bounds)) for level, bounds in forecast.intervals.items()}
    try:
        replace_durably(path, forecast_plot(past, predictions, spec.targets, title, bands))
    except OSError as error:
        raise RollcastError(f"{path} can't be written: {error.strerror}") from error
    typer.echo(f"drew {path}", err=True)
