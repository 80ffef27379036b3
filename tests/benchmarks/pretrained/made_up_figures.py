"""Made-up sets, figures and results of pretrained models, for tests of what is demanded of them and of what is kept."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.pretrained.figures import Figures
from benchmarks.pretrained.record import PretrainedResult
from benchmarks.pretrained.rows import Demand, PretrainedRow
from benchmarks.pretrained.sets import EvaluationSet, Task
from tests.benchmarks.accuracy.made_up_results import ASKED

INTERVALS = {80: {"coverage": 0.82, "score": 4.0}, 95: {"coverage": 0.93, "score": 7.0}}
YEAR = np.array([10.0, 12, 15, 19, 24, 30, 29, 23, 18, 14, 11, 9])


def growing_years() -> EvaluationSet:
    """Twelve series whose year grows by a tenth each year, the first of them known for three years, one for four."""
    tasks = [_task(f"y{number}", 3 + (number == 1), 1.0 + number) for number in range(12)]
    return EvaluationSet((12,), 12, tuple(tasks))


def figures(mase: float = 0.9, **more: Any) -> Figures:
    """Figures with this error, which is the same in units of the seasonal naive's, and a hundred times it as MAE."""
    values = {"tasks": 3, "mase": mase, "mae": 100 * mase, "relative": mase, "left_out": 0, "intervals": INTERVALS}
    return Figures.model_validate({**values, "seconds": 0.1, "source": "made up 1", **more})


def pretrained_row(name: str, demands: tuple[Demand, ...] = (), **more: Any) -> PretrainedRow:
    """A row of the published model `any-series`."""
    return PretrainedRow(name, demands, **{"published": "any-series", **more})


def pretrained_result(row: PretrainedRow, on_sets: Mapping[str, Figures], **more: Any) -> PretrainedResult:
    """The row's result with these figures, of a version that was trained for an hour and takes 1 MiB."""
    values: dict[str, Any] = {
        "name": row.name,
        "recipe": row.recipe,
        "values": dict(row.values),
        "cut": ASKED.cut is not None,
        **ASKED.code._asdict(),
        "cores": 2,
        "measured_at": "2026-01-01T00:00:00+00:00",
        "model": "any-series@1",
        "sha256": "a" * 64,
        "trained_s": 3600.0,
        "file_bytes": 2**20,
        "backtest_mase": None,
        "figures": dict(on_sets),
    }
    return PretrainedResult.model_validate(values | more)


def _task(name: str, years: int, size: float) -> Task:
    values = size * np.concatenate([YEAR * 1.1**year for year in range(years + 1)])
    return Task(name, values[:-12], values[-12:])
