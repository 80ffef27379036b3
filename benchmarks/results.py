"""What a run measured: rows with their bars, printed as one table and written as one JSON file."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from models.cores import usable_cores

LIBRARIES = ("onnxruntime", "numpy", "uvicorn", "fastapi", "pydantic", "keras", "tensorflow")


@dataclass(frozen=True)
class Measurement:
    """One figure, what it was divided by, and the bar that it should reach; a row without a bar just informs."""

    what: str
    against: str
    figure: float
    sense: Literal["at least", "at most", ""] = ""
    bar: float | None = None
    unit: str = "x"
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached, judged by the figure before it is rounded."""
        if self.bar is None:
            return None
        return self.figure >= self.bar if self.sense == "at least" else self.figure <= self.bar


def show(rows: Sequence[Measurement]) -> None:
    """Print the table."""
    table = Table("what", "against", "measured", "bar", "met", "from", title="rollcast", title_justify="left")
    for column in (2, 3):
        table.columns[column].justify = "right"
    for row in rows:
        bar = "" if row.bar is None else f"{row.sense} {row.bar:g} {row.unit}"
        met = {None: "", True: "yes", False: "NO"}[row.met]
        measured = ", ".join(f"{name} {_short(value)}" for name, value in row.measured.items())
        table.add_row(row.what, row.against, f"{row.figure:.3g} {row.unit}", bar, met, measured)
    Console(width=None if os.isatty(1) else 180).print(table)


def write(rows: Sequence[Measurement], path: Path, *, quick: bool, duration_s: float) -> None:
    """Write everything that the table shows, and the machine and the libraries that it is of."""
    record = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "duration_s": round(duration_s),
        "cores": usable_cores(),
        "processor": _processor(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES if name in _installed()},
        "rows": [{**asdict(row), "met": row.met} for row in rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, default=float) + "\n")


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _installed() -> set[str]:
    from importlib.metadata import packages_distributions

    return {name for names in packages_distributions().values() for name in names}
