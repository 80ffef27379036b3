"""`rollcast evaluate`: a published model's errors on rows that are held out, beside the baselines'."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console

from models.errors import RollcastError
from models.references import parse_reference
from models.spec.manifest import Manifest
from models.spec.panel_scores import PanelScores
from models.spec.wording import classical_facts
from models.text import counted
from rollcast.completion import references
from rollcast.console import show_json, show_table, warn
from rollcast.options import (
    ColumnOption,
    CompareOption,
    IdOption,
    JsonOption,
    NameArgument,
    RegistryOption,
    TimeOption,
    open_registry,
    reading_values,
)
from training.classical.scores import classical_scores
from training.evaluation.evaluate import evaluate_rollouts
from training.extras import require_compare, require_train
from training.report.panel_tables import lengths_table, worst_table
from training.report.tables import errors_table, intervals_table
from training.updating.newer_rows import learned_rows
from training.updating.reload_data import ReloadedData, reload_data
from training.updating.version_comparison import OpenModel, compare_versions

STEPS = 24  # about so many in a table


def evaluate(
    name: NameArgument,
    csv: Annotated[
        str | None,
        typer.Option(help="CSV or Parquet file to test on, split as the model's own; by default the model's own data."),
    ] = None,
    column: ColumnOption = None,
    id_: IdOption = None,
    time: TimeOption = None,
    horizon: Annotated[
        int | None, typer.Option("--h", "--horizon", min=1, help="Steps to forecast; by default the recipe's.")
    ] = None,
    stride: Annotated[int | None, typer.Option(min=1, help="Rows from one origin to the next.")] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="Compare with another model of the same features, such as name@version.", autocompletion=references
        ),
    ] = None,
    compare: CompareOption = False,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """Backtest a model on held-out rows: errors at each step, against the baselines, or against another model.

    The test rows are the last ones, as the model's recipe splits them; the linear baseline is fitted on those before.
    """
    if csv is None and (column or id_ is not None or time is not None):
        raise RollcastError("--column, --id and --time say how to read another file: add --csv FILE")
    require_train("polars")
    if compare:
        if against is not None:
            raise RollcastError("--against compares with a model, --compare with classical methods: leave one out")
        require_compare()
    source = open_registry(registry)
    manifest, forecaster = source.open(*source.resolve(parse_reference(name)))
    values = reading_values(csv, column, id_, time)
    values |= {key: value for key, value in (("horizon", horizon), ("stride", stride)) if value is not None}
    if against is not None:
        other = source.open(*source.resolve(parse_reference(against)))
        _compare(OpenModel(manifest, forecaster), OpenModel(*other), values, as_json=as_json)
        return
    reloaded = reload_data(manifest, values)
    _warn_of_rows(reloaded, manifest, another_file=csv is not None)
    rollouts = evaluate_rollouts(reloaded.recipe, forecaster, reloaded.data, forecaster.intervals)
    if rollouts is None:
        raise RollcastError(
            f"{reloaded.data.tested_on} have no room for a forecast: {forecaster.title} needs a context of "
            f"{manifest.spec.context_length} values and all steps of the horizon after it; choose a shorter "
            "--horizon, or bring more rows"
        )
    scores, intervals = rollouts.backtest, rollouts.intervals
    if compare:
        seasons, held_out = reloaded.recipe.evaluation.season, reloaded.data.held_out
        console = Console(stderr=True)
        classical = classical_scores(rollouts.forecasts, held_out, manifest.spec.target_columns, seasons, console)
        scores = scores.model_copy(update={"classical": classical})
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
        show_json(document)
        return
    among = f" in {scores.series} series" if scores.series > 1 else ""
    apart = f", {scores.stride} rows apart" if scores.stride > 1 else ""
    typer.echo(f"{forecaster.title} on {scores.tested_on}: {scores.origins} origins{among}{apart}\n")
    show_table(*errors_table(scores, STEPS))
    if scores.panel is not None:
        _show_series(scores.panel)
    if scores.classical is not None:
        typer.echo("\nbeside classical methods")
        for label, text in classical_facts(scores.classical):
            typer.echo(f"{label}: {text}")
        typer.echo()
        show_table(*errors_table(scores.classical, STEPS))
    if intervals.coverage:
        typer.echo("\nvalues within the intervals of each level, in percent, and scores\n")
        show_table(*intervals_table(intervals, STEPS))


def _show_series(panel: PanelScores) -> None:
    """Show which of several series have the highest errors, and the errors by length."""
    if panel.worst:
        typer.echo("\nthe series with the highest errors\n")
        show_table(*worst_table(panel))
    if panel.by_length:
        typer.echo("\nerrors by the length of the series\n")
        show_table(*lengths_table(panel))
    if panel.without_mase is not None:
        typer.echo(f"\nwithout MASE, as they never changed over a season before: {panel.without_mase.told}")


def _compare(mine: OpenModel, its: OpenModel, values: Mapping[str, object], *, as_json: bool) -> None:
    """Show two models' errors on the same rows, and which is better."""
    reloaded, compared = compare_versions(mine, its, values)
    _warn_of_rows(reloaded, mine.manifest, its.manifest, another_file="csv" in values)
    title, other = mine.manifest.title, its.manifest.title
    ratio, p_value = compared.comparison.error_ratio, compared.comparison.p_value
    if as_json:
        document = {
            "model": mine.manifest.name,
            "version": mine.manifest.version,
            "against": {"model": its.manifest.name, "version": its.manifest.version},
            "tested_on": reloaded.data.tested_on,
            "horizon": compared.horizon,
            "origins": compared.origins,
            "stride": compared.stride,
            "series": compared.series,
            "measure": compared.measure,
            "error": compared.error,
            "other_error": compared.other_error,
            "ratio": ratio,
            "p_value": p_value,
            "verdict": compared.verdict(title, other),
        }
        show_json(document)
        return
    among = f" in {compared.series} series" if compared.series > 1 else ""
    typer.echo(
        f"{title} and {other} on {reloaded.data.tested_on}: {counted(compared.horizon, 'step')} from "
        f"{counted(compared.origins, 'origin')}{among}\n"
    )
    show_table(["", compared.measure], [[title, f"{compared.error:.4g}"], [other, f"{compared.other_error:.4g}"]])
    told = "p can't be told" if p_value is None else f"p {p_value:.2g}"
    typer.echo(f"\nthe ratio of the first error to the second is {ratio:.4g}, {told}")
    typer.echo(compared.verdict(title, other))


def _warn_of_rows(reloaded: ReloadedData, *manifests: Manifest, another_file: bool) -> None:
    """Say what was filled, and which of the rows to be tested on models may have learned from."""
    if reloaded.filled_rows:
        warn(f"{reloaded.filled_rows} rows that were missing or had empty cells are filled, as in training")
    if not another_file and not reloaded.same_values:
        warn(f"{manifests[0].title} was trained on other values than the ones read: some tested here may be of those")
    for manifest in manifests:
        if learned := learned_rows(manifest, reloaded):
            warn(
                f"{manifest.title} has learned from {counted(learned, 'row')} of those that are tested on: its errors "
                "here are too low; bring newer rows with --csv"
            )
