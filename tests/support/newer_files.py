"""Files of one series that grows, and a small model that was trained on its first rows."""

import math
from datetime import datetime, timedelta
from pathlib import Path

from models.registry.registry import Registry
from training.pipeline import train
from training.recipes.recipe import Recipe

TRAINED_ROWS, HORIZON = 180, 5
VALUES = {
    "name": "load",
    "column": ["load"],
    "time": "at",
    "window": 4,
    "units": 4,
    "epochs": 1,
    "batch_size": 64,
    "train_share": 0.6,
    "calibration_share": 0.1,
    "horizon": HORIZON,
}


def write_hours(path: Path, start: int, stop: int, heading: str = "load") -> Path:
    """An hourly sine from one row to another, as a file of that part alone."""
    begin = datetime(2024, 1, 1)
    rows = [f"{begin + timedelta(hours=row)},{100 + 10 * math.sin(row / 3):.4f}" for row in range(start, stop)]
    path.write_text(f"at,{heading}\n" + "\n".join(rows) + "\n")
    return path


def train_load(folder: Path) -> Registry:
    """A registry with load@1: an LSTM(4), trained for an epoch on the first rows of `write_hours`."""
    csv = write_hours(folder / "load.csv", 0, TRAINED_ROWS)
    registry = Registry.at(folder / "registry")
    train(Recipe().with_values({**VALUES, "csv": str(csv)}), registry, progress=False)
    return registry
