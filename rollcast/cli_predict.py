"""`rollcast predict`: the service's forecaster on a file, without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from models.durable import replace_durably
from models.errors import InvalidHorizon, InvalidWindow, RollcastError
from models.names import parse_reference
from models.shown import shown
from rollcast.cli_models import NameArgument, RegistryOption, open_registry
from rollcast.console import show_table
from training.extras import require_train
from training.series import read_series

MAX_HORIZON = 1_000_000  # more would be many minutes and gigabytes


def predict(
    name: NameArgument,
    csv: Annotated[str, typer.Option(help="CSV or Parquet file of the series, oldest row first.")],
    horizon: Annotated[int, typer.Option(help="How many steps to forecast.")] = 1,
    column: Annotated[
        list[str] | None, typer.Option(help="The file's column for each feature, where named otherwise there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what POST /predict would answer.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the forecast into this PNG file.")] = None,
    registry: RegistryOption = None,
) -> None:
    """Forecast the values that follow a file's last ones."""
    if horizon > MAX_HORIZON:
        raise RollcastError(f"the horizon may be at most {MAX_HORIZON}, not {shown(str(horizon))}")
    require_train("polars", *(["matplotlib"] if plot else []))
    source = open_registry(registry)
    manifest, forecaster = source.open(*source.resolve(parse_reference(name)))
    columns = tuple(column or manifest.features)
    if len(columns) != len(manifest.features):
        raise RollcastError(
            f"{forecaster.title} has the features {', '.join(manifest.features)}: "
            f"name {len(manifest.features)} columns in this order with --column, not {len(columns)}"
        )
    series = read_series(csv, columns)
    try:
        forecast = forecaster.forecast([series.values], horizon)[0]
    except (InvalidWindow, InvalidHorizon) as error:
        raise RollcastError(f"{csv}: {error}") from error
    if plot is not None:
        from training.outlook import outlook_picture  # matplotlib takes a while, and only pictures need it

        past = series.values[:, list(manifest.target_columns)]
        title = f"{forecaster.title}: {horizon} {'step' if horizon == 1 else 'steps'} after {series.source}"
        try:
            replace_durably(plot, outlook_picture(past, forecast, manifest.targets, title))
        except OSError as error:
            raise RollcastError(f"{plot} can't be written: {error.strerror}") from error
        typer.echo(f"drew {plot}", err=True)
    if as_json:
        numbers = [row[0] if len(row) == 1 else row for row in forecast.tolist()]
        typer.echo(json.dumps({"model": manifest.name, "version": manifest.version, "predictions": numbers}))
    else:
        rows = [[str(step), *(f"{value:.6g}" for value in row)] for step, row in enumerate(forecast, start=1)]
        show_table(["step", *manifest.targets], rows)
