"""What a command says of a version that it has published, and of none when it is stopped."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from statistics import fmean
from typing import Any, Literal

import typer

from models.references import Reference
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.spec.metrics import Backtest, Calibration, SideBySide
from models.text import counted, printable
from rollcast.console import INTERRUPTED, complain, show_json, warn

MAX_WORST = 3  # series that are named; the card has more


@contextmanager
def or_nothing_published() -> Iterator[None]:
    """Say so, and exit with status 130, where the user stops the block, which publishes as its last step."""
    try:
        yield
    except KeyboardInterrupt:
        complain("stopped; nothing was published")
        raise typer.Exit(INTERRUPTED) from None


def tell_published(
    registry: Registry,
    manifest: Manifest,
    found: Iterable[str] = (),
    *,
    done: str = "published",
    as_json: bool = False,
) -> None:
    """Say where the version is, what was found, a line each, whether it is served, and what it warns of."""
    reference = manifest.title
    for warning in _warnings(manifest):
        warn(f"{reference} {warning}")
    document = published_document(registry, manifest)
    if as_json:
        show_json(document)
        return
    typer.echo(f"{done} {reference} in {document['location']}")
    for line in found:
        typer.echo(line)
    if document["served"] != manifest.version:
        typer.echo(
            f"{manifest.name} still means version {document['served']}, its champion; to serve this one: "
            f"rollcast models promote {manifest.name} {manifest.version}"
        )


def published_document(registry: Registry, manifest: Manifest) -> dict[str, Any]:
    """The same for --json; `served` is the version that the bare name means now."""
    return {
        "model": manifest.name,
        "version": manifest.version,
        "location": registry.storage.locate(f"{manifest.name}/{manifest.version}"),
        "served": registry.resolve(Reference(manifest.name))[1],
        "metrics": manifest.metrics,
        "backtest": manifest.backtest,
        "calibration": manifest.calibration,
        "warnings": _warnings(manifest),
    }


def _warnings(manifest: Manifest) -> list[str]:
    """What is to be warned of, each to be read after the version's name."""
    filled = manifest.data.filled_rows
    if not filled:
        return list(manifest.warnings)
    how = manifest.training.recipe["series"]["fill"]
    return [f"learned from {filled} rows that were filled ({how})", *manifest.warnings]


def backtest_lines(backtest: Backtest) -> Iterable[str]:
    """The mean errors over the whole horizon beside the baselines', and beside those of classical methods."""
    series, classical = backtest.series, backtest.classical
    if backtest.horizon > 1:
        mean = _mean_errors(backtest, "mae")
        yield f"over {backtest.horizon} steps from {counted(backtest.origins, 'origin')}: MAE {mean}"
        if series > 1 and backtest.model.mase is not None:
            yield f"mean MASE over {series} series: {_mean_errors(backtest, 'mase')}"
            yield from panel_lines(backtest)
    if classical is not None:
        in_mase = series > 1 and classical.model.mase is not None
        told = f"MASE {_mean_errors(classical, 'mase')}" if in_mase else f"MAE {_mean_errors(classical, 'mae')}"
        yield f"beside {classical.library} from {counted(classical.origins, 'origin')}: {told}"
        yield from (f"{name}: {note}" for name, note in classical.notes.items() if name not in classical.baselines)


def _mean_errors(scores: SideBySide, measure: Literal["mae", "mase"]) -> str:
    """The model's mean error over the steps, and the baselines' after it."""
    means = {
        name: f"{fmean(steps):.4g}"
        for name, each in {"": scores.model, **scores.baselines}.items()
        if (steps := getattr(each, measure)) is not None
    }
    others = ", ".join(f"{name} {mean}" for name, mean in means.items() if name)
    return f"{means['']}; {others}" if others else means[""]


def panel_lines(backtest: Backtest) -> Iterable[str]:
    """Of several series the worst ones, and the errors by length, each beside the seasonal naive's."""
    panel = backtest.panel
    if panel is None or not panel.worst:
        return
    worst = ", ".join(
        f"{printable(score.series)} {score.mase:.4g} ({score.baseline_mase:.4g})" for score in panel.worst[:MAX_WORST]
    )
    yield f"the worst of them, in brackets {panel.baseline}: {worst}"
    if panel.by_length:
        groups = (f"{group.rows} {group.mase:.4g} ({group.baseline_mase:.4g})" for group in panel.by_length)
        yield f"by length: {', '.join(groups)}"


def calibration_lines(calibration: Calibration) -> Iterable[str]:
    """What intervals rest on and, where it was measured, what they covered."""
    count, steps = calibration.count, calibration.horizon
    yield f"intervals from {count} errors at each of {steps} steps on {calibration.calibrated_on}"
    if calibration.coverage:
        yield f"on {calibration.tested_on}: {coverage_line(calibration)}"


def coverage_line(calibration: Calibration) -> str:
    """What intervals covered, the mean over the steps."""
    covered = ", ".join(f"{level} % {100 * fmean(shares):.3g} %" for level, shares in calibration.coverage.items())
    return f"intervals covered, of nominally: {covered}"
