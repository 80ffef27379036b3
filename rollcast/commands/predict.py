"""`rollcast predict`: the service's forecaster on a file, without a server."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from models.engine.offline import forecast_offline
from models.errors import InvalidRequest, RollcastError
from models.references import parse_reference
from models.registry.durable_write import replace_durably
from models.spec.manifest import Manifest
from models.text import printable
from models.timeseries.frequency import parse_frequency
from models.timeseries.spacing import infer_time_index
from models.timeseries.time_index import TimeIndex
from rollcast.commands.models import NameArgument, RegistryOption, open_registry
from rollcast.console import show_table, warn
from rollcast.tables import forecast_table
from service.forecasting import answer_of, half_widths, out_of_range_warning
from training.data.series import Series, read_series
from training.extras import require_train

Array = NDArray[np.float64]

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
    if len(series) * horizon > MAX_VALUES:
        raise RollcastError(
            f"{len(series)} series and a horizon of {horizon} make more than {MAX_VALUES} values: choose a shorter one"
        )
    axes = _axes(series, manifest.context_length)
    try:
        timestamps = None if axes is None else [axis.ahead(horizon) for axis in axes]
        prepared = forecaster.prepare([each.values for each in series], horizon, axes)
        halves = half_widths(forecaster, prepared, level or ())
        raw = forecast_offline(forecaster, prepared)
        answer = answer_of(manifest, prepared, raw, many=id_ is not None, timestamps=timestamps, halves=halves)
    except InvalidRequest as error:
        place = error.location[0] if error.location else None
        where = f"{series[place].name}: " if isinstance(place, int) else ""
        raise RollcastError(f"{where}{error}") from error
    bands = {key: np.broadcast_to(half, raw.shape) for key, half in halves.items()}
    if plot is not None:
        _draw(plot, manifest, series[0], raw[0], {key: half[0] for key, half in bands.items()})
    if as_json:
        typer.echo(json.dumps(answer))
        return
    if prepared.out_of_range:
        warn(out_of_range_warning(manifest, [series[place].name for place in prepared.out_of_range]))
    ids = None if id_ is None else (id_, [each.id for each in series])
    times = None if timestamps is None or time is None else (time, timestamps)
    show_table(*forecast_table(raw, manifest.targets, bands, ids, times))


def _time_column(manifest: Manifest) -> str | None:
    """The column of times that the model was trained with, where it needs times."""
    if not manifest.calendar:
        return None
    found = _recipe(manifest).get("time")
    if not isinstance(found, str):
        raise RollcastError(
            f"{manifest.name}@{manifest.version} takes in the {', '.join(manifest.calendar)} of each value: name the "
            "file's column of times with --time"
        )
    return found


def _read(
    manifest: Manifest, csv: str, column: list[str] | None, time: str | None, id_: str | None
) -> tuple[Series, ...]:
    """The file's series, rows that are missing filled as the model's recipe fills them, which is said."""
    columns = tuple(column or manifest.features)
    if len(columns) != len(manifest.features):
        raise RollcastError(
            f"{manifest.name}@{manifest.version} has the features {', '.join(manifest.features)}: "
            f"name {len(manifest.features)} columns in this order with --column, not {len(columns)}"
        )
    frequency = None if time is None else manifest.frequency
    fill = _recipe(manifest).get("fill", "none")
    series = read_series(csv, columns, id=id_, time=time, frequency=frequency, fill=fill)
    filled = sum(each.filled for each in series)
    if filled:
        warn(f"{filled} rows of {series[0].source} were missing or had empty cells: filled ({fill}), as in training")
    return series


def _recipe(manifest: Manifest) -> Mapping[str, Any]:
    """What the recipe of the training says of its series."""
    section: Mapping[str, Any] = manifest.training.recipe.get("series", {})
    return section


def _axes(series: Sequence[Series], context: int) -> list[TimeIndex] | None:
    """Each series' axis, where the file tells times."""
    axes = []
    for each in series:
        if each.times is None or each.frequency is None:
            return None
        newest = [time.replace(tzinfo=UTC) for time in each.times[-context:].tolist()]
        axes.append(infer_time_index(newest, parse_frequency(each.frequency)))
    return axes


def _draw(path: Path, manifest: Manifest, series: Series, forecast: Array, bands: Mapping[str, Array]) -> None:
    from training.report.forecast_plot import forecast_plot  # matplotlib takes a while, and only pictures need it

    past = series.values[:, list(manifest.target_columns)]
    steps = f"{len(forecast)} {'step' if len(forecast) == 1 else 'steps'}"
    title = f"{manifest.name}@{manifest.version}: {steps} after {series.name}"
    try:
        replace_durably(path, forecast_plot(past, forecast, manifest.targets, title, bands))
    except OSError as error:
        raise RollcastError(f"{path} can't be written: {error.strerror}") from error
    typer.echo(f"drew {path}", err=True)
