"""`rollcast predict`: a forecast of what follows a file, without a server or by a running one."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from models.errors import InvalidRequest, RollcastError
from models.intervals.conformal import Bounds
from models.registry.durable_write import replace_durably
from models.text import counted, printable
from rollcast.answers import Answering, OpenedHere, Served
from rollcast.console import show_json, show_table, warn
from rollcast.described import Described
from rollcast.file_request import MAX_VALUES, check_size, read_file, request_of, time_column
from rollcast.options import NameArgument, RegistryOption
from rollcast.tables import ShownForecast, forecast_table
from service.forecasting import ForecastRequest, level_name
from training.extras import require_train
from training.reading.series import Series


def predict(
    name: NameArgument,
    csv: Annotated[str, typer.Option(help="CSV or Parquet file of the series, oldest row first.")],
    horizon: Annotated[int, typer.Option("--h", "--horizon", help="How many steps to forecast.")] = 1,
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
    season: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            help="How many rows the season has, for models of any season; repeat for several. By default times tell "
            "it, or it is looked for in the newest rows.",
        ),
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
    url: Annotated[
        str | None,
        typer.Option(help="Ask the service that runs there, such as http://127.0.0.1:8000, instead of the registry."),
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(help="The service's API key, where it asks for one. [ROLLCAST_API_KEY]")
    ] = None,
) -> None:
    """Forecast the values that follow a file's last ones."""
    if horizon > MAX_VALUES:
        raise RollcastError(f"the horizon may be at most {MAX_VALUES}, not {printable(str(horizon))}")
    require_train("polars", *(["matplotlib"] if plot else []))
    source: AbstractContextManager[Answering] = (
        nullcontext(OpenedHere.of(registry, name)) if url is None else Served.at(url, api_key, name)
    )
    with source as answering:
        described = answering.described
        time = time or time_column(described)
        id_ = described.series.get("id") if id_ is None else id_ or None
        series = read_file(described, csv, column, time, id_)
        check_size(len(series), ForecastRequest((), horizon, paths=paths))
        if paths and not as_json:
            raise RollcastError("sample paths are many numbers: add --json to have them, or leave --paths out")
        try:
            request = request_of(described, series, horizon, adapt=adapt)
            seasons = [tuple(season)] * len(series) if season else None
            request = request._replace(levels=level or (), adapt=adapt, paths=paths, seed=seed, seasons=seasons)
            answer = answering.answer(request, [each.name for each in series], many=id_ is not None)
        except InvalidRequest as error:
            where = next((f"{series[part].name}: " for part in error.location if isinstance(part, int)), "")
            raise RollcastError(f"{where}{error}") from error
    if plot is not None:
        _draw(plot, series[0], described, answer.shown)
    for warning in answer.warnings:
        warn(warning)
    if as_json:
        show_json(answer.content())
        return
    if id_ is None and "season" in (content := answer.content()):
        typer.echo(f"the season that was found: {content['season'] or 'none'}", err=True)
    ids = None if id_ is None else (id_, [each.id for each in series])
    show_table(*forecast_table(answer.shown, ids, time))


def _draw(path: Path, series: Series, described: Described, forecast: ShownForecast) -> None:
    """Draw the first series' forecast."""
    from training.report.forecast_plot import forecast_plot  # matplotlib takes a while, and only pictures need it

    spec, predictions = described.spec, forecast.predictions[0]
    past = series.values[:, list(spec.target_columns)]
    title = f"{described.title}: {counted(len(predictions), 'step')} after {series.name}"
    bands = {level_name(level): Bounds(*(each[0] for each in bounds)) for level, bounds in forecast.intervals.items()}
    try:
        replace_durably(path, forecast_plot(past, predictions, spec.targets, title, bands))
    except OSError as error:
        raise RollcastError(f"{path} can't be written: {error.strerror}") from error
    typer.echo(f"drew {path}", err=True)
