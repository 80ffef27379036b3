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

Sense = Literal["at least", "at most", "below", ""]

LIBRARIES = ("onnxruntime", "numpy", "uvicorn", "fastapi", "pydantic", "keras", "tensorflow")


@dataclass(frozen=True)
class Measurement:
    """One figure, what it was divided by, and the bar that it should reach; a row without a bar just informs.

    `spread` is between which figures about nine of ten runs of as many rounds lie; None where there was one.
    """

    what: str
    against: str
    figure: float
    sense: Sense = ""
    bar: float | None = None
    unit: str = "x"
    measured: Mapping[str, Any] = field(default_factory=dict)
    rounds: int = 1
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached, judged by the figure before it is rounded."""
        if self.bar is None:
            return None
        if self.sense == "at least":
            return self.figure >= self.bar
        return self.figure < self.bar if self.sense == "below" else self.figure <= self.bar


def show(rows: Sequence[Measurement]) -> None:
    """Print the table."""
    titles = ("what", "against", "measured", "spread", "bar", "met", "from")
    table = Table(*titles, title="rollcast", title_justify="left")
    for column in (2, 3, 4):
        table.columns[column].justify = "right"
    for row in rows:
        bar = "" if row.bar is None else f"{row.sense} {row.bar:g} {row.unit}"
        met = {None: "", True: "yes", False: "NO"}[row.met]
        measured = ", ".join(f"{name} {_short(value)}" for name, value in row.measured.items())
        spread = "" if row.spread is None else f"{row.spread[0]:.3g} to {row.spread[1]:.3g}, {row.rounds} rounds"
        table.add_row(row.what, row.against, f"{row.figure:.3g} {row.unit}", spread, bar, met, measured)
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
