"""One row, from its recipe or its published version to its result; it trains in the process that calls."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from benchmarks.accuracy.record import Asked
from benchmarks.pretrained.figures import Figures
from benchmarks.pretrained.model_forecasts import WINDOWS, forecast_set
from benchmarks.pretrained.record import PretrainedResult
from benchmarks.pretrained.rows import PretrainedRow, PretrainedTable
from models.cores import usable_cores
from models.references import Reference
from models.registry.registry import Registry
from models.seasonal.adjusted_windows import MOST_VALUES
from models.spec.manifest import Manifest
from training.pipeline import train
from training.recipes.loader import load_recipe
from training.updating.version_comparison import OpenModel

# Of a training that takes seconds, to see that all works.
TINY = {"epochs": 1, "batches": 3, "batch_size": 8, "units": [4], "decoder_units": 4, "members": 1}


def measure_row(row: PretrainedRow, asked: Asked, table: PretrainedTable, *, again: bool = False) -> PretrainedResult:
    """Train or open the row's model, and have it forecast the row's sets. Raises RollcastError.

    A model that was trained by the same code is not trained again, unless it should be done `again`.
    """
    folder = table.trained / (asked.code.commit or asked.code.version) if row.recipe else table.published
    registry = Registry.at(folder)
    if row.recipe and (again or row.name not in registry.listing()):
        values = {**row.values, **(TINY if asked.cut is not None else {}), "name": row.name}
        train(load_recipe(row.recipe).with_values(values), registry, progress=sys.stderr.isatty())
    manifest = usual_version(registry, row.name if row.recipe else row.published)
    model = OpenModel(*registry.open(manifest.name, manifest.version))
    backtest = manifest.backtest
    return PretrainedResult(
        name=row.name,
        recipe=row.recipe,
        values=dict(row.values),
        cut=asked.cut is not None,
        version=asked.code.version,
        commit=asked.code.commit,
        cores=usable_cores(),
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        model=manifest.title,
        sha256=manifest.sha256 or "",
        trained_s=manifest.training.duration_s,
        file_bytes=_file_bytes(folder / manifest.name / str(manifest.version)),
        backtest_mase=None if backtest is None or backtest.model.mase is None else fmean(backtest.model.mase),
        figures={name: _figures(model, name, table) for name in row.sets},
    )


def usual_version(registry: Registry, name: str) -> Manifest:
    """The manifest of a name's champion, or else of its newest version. Raises UnknownModel, RefusedVersion."""
    return registry.manifest(*registry.resolve(Reference(name)))


def _figures(model: OpenModel, name: str, table: PretrainedTable) -> Figures:
    given, begun = table.sets[name](), time.perf_counter()
    forecasts = forecast_set(model, given, WINDOWS.get(name, MOST_VALUES))
    return Figures.of(given, forecasts, time.perf_counter() - begun, model.manifest.title)


def _file_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
