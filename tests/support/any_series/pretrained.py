"""A tiny model for any series, pretrained in seconds, and a file of a series that it did not learn from."""

import math
from pathlib import Path

import pytest

from models.registry.registry import Registry
from training.pipeline import train
from training.pretraining import pool
from training.recipes.loader import load_recipe

TRAINED_ON = {"csv": "package://tsdata/fpp3/us_change.csv", "column": ["Income"]}  # of the source us-change
VALUES = {
    "generator": "sine",
    "test_rows": 20,
    "sources": ["us-change"],
    "units": 6,
    "decoder_units": 4,
    "window": 16,
    "outputs": 8,
    "epochs": 1,
    "batches": 3,
    "batch_size": 32,
    "season": 10,
    "horizon": 8,
}


def pretrain_any_series(folder: Path) -> Registry:
    """A registry with any-series@1, whose window has 16 values and which gives 8 at once."""
    registry = Registry.at(folder / "registry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(pool, "CHUNK", 500)
        train(load_recipe("any-series").with_values(VALUES), registry, progress=False)
    return registry


def write_waves(path: Path, rows: int, columns: int = 1) -> Path:
    """A growing series with a season of 12 rows, as columns a, b and so on."""
    values = [100 + row + 20 * math.sin(row * math.pi / 6) + row * 7 % 5 for row in range(rows)]
    lines = [",".join(f"{value * (column + 1):.3f}" for column in range(columns)) for value in values]
    path.write_text(",".join("abc"[:columns]) + "\n" + "\n".join(lines) + "\n")
    return path
