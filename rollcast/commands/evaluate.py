"""`rollcast evaluate`: a published model's errors on rows that are held out, beside the baselines'."""

import json
from typing import Annotated

import typer

from models.errors import RollcastError
from models.references import parse_reference
from rollcast.console import show_table, warn
from rollcast.options import NameArgument, RegistryOption, open_registry
from training.evaluation.evaluate import evaluate_rollouts
from training.evaluation.reload_data import reload_data
from training.extras import require_train
from training.report.tables import errors_table, intervals_table

STEPS = 24  # about so many in a table


def evaluate(
    name: NameArgument,
    csv: Annotated[
        str | None,
        typer.Option(help="CSV or Parquet file to test on, split as the model's own; by default the model's own data."),
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="The file's column for each feature, where named otherwise there.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help='The file\'s column that tells series apart; "" where it holds one.')
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="The file's column of each row's time; \"\" where it has none.")
    ] = None,
    horizon: Annotated[int | None, typer.Option(min=1, help="Steps to forecast; by default the recipe's.")] = None,
    stride: Annotated[int | None, typer.Option(min=1, help="Rows from one origin to the next.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the backtest as JSON.")] = False,
    registry: RegistryOption = None,
) -> None:
    """Backtest a model on held-out rows: errors at each step, against the baselines.

    The test rows are the last ones, as the model's recipe splits them; the linear baseline is fitted on those before.
    """
    if csv is None and (column or id_ is not None or time is not None):
        raise RollcastError("--column, --id and --time say how to read another file: add --csv FILE")
    require_train("polars")
    source = open_registry(registry)
    manifest, forecaster = source.open(*source.resolve(parse_reference(name)))
    given = {"csv": csv, "column": column, "horizon": horizon, "stride": stride}
    values: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    values |= {key: value or None for key, value in (("id", id_), ("time", time)) if value is not None}
    reloaded = reload_data(manifest, values)
    rollouts = evaluate_rollouts(reloaded.recipe, forecaster, reloaded.data, forecaster.intervals)
    if rollouts is None:
        raise RollcastError(
            f"{reloaded.data.tested_on} have no room for a forecast: {forecaster.title} needs a context of "
            f"{manifest.spec.context_length} values and all steps of the horizon after it; choose a shorter "
            "--horizon, or bring more rows"
        )
    scores, intervals = rollouts.backtest, rollouts.intervals
    if reloaded.filled_rows:
        warn(f"{reloaded.filled_rows} rows that were missing or had empty cells are filled, as in training")
    if csv is None and not reloaded.same_values:
        warn(f"{forecaster.title} was trained on other values than the ones read: some tested here may be of those")
    for warning in rollouts.warnings:
        warn(f"{forecaster.title} {warning}")
    if as_json:
        document = {
            "model": manifest.name,
            "version": manifest.version,
            "backtest": {**scores.model_dump(mode="json"), "skill": scores.skill()},
            **intervals._asdict(),
            "warnings": rollouts.warnings,
        }
        typer.echo(json.dumps(document))
        return
    among = f" in {scores.series} series" if scores.series > 1 else ""
    apart = f", {scores.stride} rows apart" if scores.stride > 1 else ""
    typer.echo(f"{forecaster.title} on {scores.tested_on}: {scores.origins} origins{among}{apart}\n")
    show_table(*errors_table(scores, STEPS))
    if intervals.coverage:
        typer.echo("\nvalues within the intervals of each level, in percent, and scores\n")
        show_table(*intervals_table(intervals, STEPS))
