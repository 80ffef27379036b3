"""The data sets of the table: what the plain command is told of each, and how low its error should be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# What errors are divided by: the best of the baselines whose names begin so.
SEASONAL = ("seasonal naive",)
SIMPLE = ("last value", "seasonal naive", "linear")
RAW = ()  # nothing

GROUPS = {"short series": 1.0}  # the most that the geometric mean of their ratios should be


class Row(NamedTuple):
    """One plain command, and the most that its error over the whole horizon should be.

    `values` are a recipe's: the file, its columns and the horizon, and nothing else. The error is judged in units of
    the best of the baselines `against`. Rows of a `group` have a bar together as well, and classical methods beside
    them; with `intervals` there are bars of these. With `new_rows` so many rows come after the training, by which the
    model is updated, and as many after these, which both versions forecast.
    """

    values: Mapping[str, Any]
    at_most: float
    against: tuple[str, ...]
    group: str = ""
    intervals: bool = False
    new_rows: int = 0

    @property
    def name(self) -> str:
        """The name of the row, and of the model that it publishes."""
        return str(self.values["name"])


def _values(name: str, csv: str, column: str, horizon: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "csv": f"package://{csv}", "column": [column], "horizon": horizon, **more}


def _demand(name: str, **more: Any) -> dict[str, Any]:
    return _values(name, "tsdata/fpp3/vic_elec.csv", "Demand", 48, time="Time", **more)


def _prices(name: str, **more: Any) -> dict[str, Any]:
    return _values(name, "tsdata/fpppy/EPF_FR_BE.csv", "y", 24, id="unique_id", time="ds", **more)


def _short(name: str, csv: str, column: str, time: str) -> Row:
    return Row(_values(name, csv, column, 24, time=time), 1.10, SIMPLE, group="short series")


_VICTORIA = {"holidays": "AU-VIC", "timezone": "Australia/Melbourne"}

ROWS = (
    Row(_demand("demand"), 165, RAW, intervals=True),
    Row(_demand("demand-known-ahead", future=["Temperature"], **_VICTORIA), 120, RAW),
    Row(_prices("prices"), 0.85, SEASONAL),
    Row(_prices("prices-known-ahead", future=["system_load", "gen_forecast"]), 0.70, SEASONAL),
    Row(_values("calls", "tsdata/fpp3/bank_calls.csv", "Calls", 169, time="DateTime"), 0.95, SEASONAL),
    Row(_values("gasoline", "tsdata/fpppy/us_gasoline.csv", "y", 52, time="ds"), 1.0, SIMPLE),
    _short("canadian-gas", "tsdata/fpppy/canadian_gas.csv", "y", "ds"),
    _short("air-passengers", "tsdata/fpppy/AirPassengers.csv", "y", "ds"),
    _short("sunspots", "benchmarks/accuracy/sunspots.csv", "sunspots", "month"),
    Row(_values("retail", "tsdata/fpppy/aus_retail.csv", "Turnover", 12, id="Series ID", time="Month"), 1.0, SIMPLE),
    Row(_values("employment", "tsdata/fpppy/us_employment.csv", "y", 12, id="unique_id", time="ds"), 1.0, SIMPLE),
    Row(_demand("demand-updated"), 165, RAW, new_rows=31 * 48),
)
