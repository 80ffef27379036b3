"""Made-up results of rows, for tests of what is demanded of them and of what is kept."""

from typing import Any

from benchmarks.accuracy.measured_code import Code
from benchmarks.accuracy.record import Asked, Errors, IntervalResult, RowResult
from benchmarks.accuracy.rows import SIMPLE, Row

ASKED = Asked(10, None, Code("1.0", "abc"))


def row_of(name: str, at_most: float = 1.0, **more: Any) -> Row:
    """A row of a file that is nowhere."""
    return Row({"name": name, "csv": "y.csv", "column": ["y"], "horizon": 2}, at_most, SIMPLE)._replace(**more)


def result_of(row: Row, mae: float = 8.0, asked: Asked = ASKED, **more: Any) -> RowResult:
    """The row's result with this error, where the last value has 20 and the seasonal naive forecast 10."""
    values: dict[str, Any] = {
        "values": dict(row.values),
        "minutes": asked.minutes,
        "cut": asked.cut,
        **asked.code._asdict(),
        "cores": 2,
        "measured_at": "2026-01-01T00:00:00+00:00",
        "seconds": 300.5,
        "plan": "direct",
        "cut_by_clock": False,
        "horizon": 2,
        "origins": 7,
        "series": 1,
        "model": errors(mae),
        "baselines": {"last value": errors(20), "seasonal naive 12": errors(10)},
        "classical": {"rollcast": errors(8.5), "AutoTheta": errors(9)},
        "coverage": {80: {"mean": 81, "farthest": 77}, 95: {"mean": 94, "farthest": 98}},
        "intervals": None,
        "warnings": (),
    }
    return RowResult.model_validate(values | more)


def errors(mae: float) -> Errors:
    """A mean absolute error, and a tenth of it as MASE."""
    return Errors(mae=mae, mase=mae / 10)


def intervals_of(**more: Any) -> IntervalResult:
    """Intervals that meet every bar."""
    values: dict[str, Any] = {
        "reference": "other@2",
        "score": {80: 80, 95: 90},
        "reference_score": {80: 100, 95: 100},
        "adapted_origins": 60,
        "adapted_coverage": {80: 79, 95: 96},
        "plain_coverage": {80: 70, 95: 90},
        "adapt_cost": 12.0,
        "adapt_s": 0.12,
        "plain_s": 0.01,
    }
    return IntervalResult.model_validate(values | more)
