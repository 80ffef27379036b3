"""One row, from its data set to its result, in the process that calls: TensorFlow keeps its memory until that ends."""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from benchmarks.accuracy.classical import classical_errors
from benchmarks.accuracy.cut import cut_values
from benchmarks.accuracy.intervals_row import Version, interval_result
from benchmarks.accuracy.record import Asked, Coverage, Errors, RowResult
from benchmarks.accuracy.rows import Row
from benchmarks.accuracy.update_row import update_result
from models.cores import usable_cores
from models.registry.registry import Registry
from models.spec.metrics import Calibration
from training.errors import SeriesError
from training.plain import train_plain
from training.updating.reload_data import reload_data


def train_row(row: Row, asked: Asked) -> RowResult:
    """Train the row's model into a registry of its own, and tell what its test part said. Raises RollcastError."""
    with tempfile.TemporaryDirectory(prefix="rollcast-accuracy-") as folder:
        # 1. The plain command.
        whole = dict(row.values)
        if asked.cut is not None:
            whole = cut_values(row.values, slice(-asked.cut, None), Path(folder) / "cut.csv")
        values, new_rows = whole, row.new_rows if asked.cut is None else min(row.new_rows, asked.cut // 8)
        if new_rows:
            values = cut_values(whole, slice(None, -2 * new_rows), Path(folder) / "first.csv")
        registry, begun = Registry.at(Path(folder) / "registry"), time.perf_counter()
        manifest = train_plain(values, registry, minutes=asked.minutes, progress=sys.stderr.isatty())
        seconds = time.perf_counter() - begun
        backtest = manifest.backtest
        if backtest is None:
            raise SeriesError(f"{manifest.title} {manifest.warnings[0]}: cut the series less")
        # 2. What stands beside it, from the same origins.
        reloaded = reload_data(manifest, {"csv": values["csv"]})
        version = Version(*registry.open(manifest.name, manifest.version))
        classical = classical_errors(version.forecaster, reloaded) if row.group else {}
        intervals = None
        if row.intervals:
            intervals = interval_result(version, reloaded.data.held_out[0], backtest.horizon, backtest.stride)
        update = update_result(registry, Path(folder), manifest, whole, new_rows) if new_rows else None
    return RowResult(
        values=dict(row.values),
        minutes=asked.minutes,
        cut=asked.cut,
        version=asked.code.version,
        commit=asked.code.commit,
        cores=usable_cores(),
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
        plan=next((plan.name for plan in manifest.training.plans if plan.chosen), None),
        cut_by_clock=manifest.training.cut_by_clock,
        horizon=backtest.horizon,
        origins=backtest.origins,
        series=backtest.series,
        model=Errors.of(backtest.model),
        baselines={name: Errors.of(scores) for name, scores in backtest.baselines.items()},
        classical=classical,
        coverage={} if manifest.calibration is None else dict(_coverage(manifest.calibration)),
        intervals=intervals,
        update=update,
        warnings=manifest.warnings,
    )


def _coverage(calibration: Calibration) -> Iterator[tuple[int, Coverage]]:
    """What the intervals of each level held."""
    for name, shares in calibration.coverage.items():
        level, percent = int(name), [100 * share for share in shares]
        farthest = max(percent, key=lambda share: abs(share - level))
        yield level, Coverage(mean=fmean(percent), farthest=farthest)
