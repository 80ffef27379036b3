"""Comparing two published models on the rows that the first one's recipe holds out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from models.inference.forecaster import Forecaster
from models.inference.sent_covariates import KINDS
from models.spec.covariate import CovariateKind
from models.spec.manifest import Manifest
from training.data.held_out import HeldOut
from training.data.known_covariates import in_known_codes
from training.errors import SeriesError
from training.evaluation.backtest import tested_horizon
from training.evaluation.comparison import Contender, VersionComparison, compare
from training.updating.reload_data import ReloadedData, check_series, recipe_of, reload_data


class OpenModel(NamedTuple):
    """A published model that was opened."""

    manifest: Manifest
    forecaster: Forecaster


def compare_versions(
    first: OpenModel, second: OpenModel, values: Mapping[str, Any]
) -> tuple[ReloadedData, VersionComparison]:
    """Compare two models of the same features and targets on the same rows, over a horizon that both can reach.

    `values` replace some of both recipes': those of `reload_data`, `horizon` and `stride`. Raises SeriesError where
    the models forecast other columns, or no test part has room for the longer context and a horizon, and what
    `reload_data` raises.
    """
    mine, its = first.manifest, second.manifest
    for what, columns, others in (
        ("features", mine.spec.features, its.spec.features),
        ("targets", mine.spec.targets, its.spec.targets),
    ):
        if columns != others:
            raise SeriesError(
                f"{mine.title} has the {what} {', '.join(columns)}, but {its.title} {', '.join(others)}: only models "
                f"of the same {what} can be compared"
            )
    kinds: dict[str, list[str]] = {kind: _names_of_both(mine, its, kind) for kind in KINDS}
    reloaded = reload_data(mine, {**values, **kinds} if its.spec.covariates.all else values)
    check_series(its, reloaded.series)
    horizon_of_its = tested_horizon(
        recipe_of(its, {key: values[key] for key in ("horizon",) if key in values}), its.spec
    )
    horizon = min(tested_horizon(reloaded.recipe, mine.spec), horizon_of_its)
    compared = compare(
        Contender(first.forecaster, reloaded.data.held_out),
        Contender(second.forecaster, _held_out_for(its, reloaded)),
        horizon,
        reloaded.recipe.evaluation.season,
        reloaded.recipe.evaluation.stride,
    )
    if compared is None:
        longer = max(mine.spec.least_context, its.spec.least_context)
        raise SeriesError(
            f"{reloaded.data.tested_on} have no room for a forecast: {mine.title} and {its.title} need a context of "
            f"{longer} values and all {horizon} steps after it; choose a shorter --horizon, or bring more rows"
        )
    return reloaded, compared


def _names_of_both(mine: Manifest, its: Manifest, kind: CovariateKind) -> list[str]:
    """The covariates of a kind that either model takes in."""
    names = [covariate.name for manifest in (mine, its) for covariate in getattr(manifest.spec, kind)]
    return list(dict.fromkeys(names))


def _held_out_for(manifest: Manifest, reloaded: ReloadedData) -> tuple[HeldOut, ...]:
    """The same rows for another model, which may take in other covariates."""
    held_out = reloaded.data.held_out
    if not manifest.spec.covariates.all:
        return held_out
    return tuple(
        HeldOut.of(in_known_codes(manifest, each), one.part)
        for each, one in zip(reloaded.series, held_out, strict=True)
    )
