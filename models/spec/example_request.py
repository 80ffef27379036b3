"""A request that a version answers, made of its goldens."""

from collections.abc import Sequence
from typing import Any

from models.spec.manifest import Description

HORIZON, LEVELS = 5, (80, 95)


def example_request(name: str, description: Description) -> dict[str, Any]:
    """What to send to POST /predict, its window shortened to six digits to read well.

    It asks for intervals where they are calibrated, and no further than they are.
    """
    golden, calibration = description.goldens[0], description.calibration
    rows = [[float(f"{value:.6g}") for value in row] for row in golden.window]
    horizon = min(HORIZON, description.spec.max_horizon or HORIZON)
    example: dict[str, Any] = {
        "model": name,
        "window": [row[0] for row in rows] if len(description.spec.features) == 1 else rows,
        "horizon": horizon if calibration is None else min(horizon, calibration.horizon),
    }
    if golden.seasons:
        example["season"] = golden.seasons[0] if len(golden.seasons) == 1 else list(golden.seasons)
    if golden.end is not None:
        example |= {"end": golden.end.isoformat(), "freq": description.spec.frequency}
    if golden.future:
        steps = len(rows) + int(example["horizon"])
        example["future"] = {name: _short(values[:steps]) for name, values in golden.future.items()}
    if golden.past:
        example["past"] = {name: _short(values) for name, values in golden.past.items()}
    if golden.static:
        example["static"] = dict(golden.static)
    if calibration is not None:
        levels = [level for level in LEVELS if level <= calibration.highest_level]
        example |= {"levels": levels} if levels else {}
    return example


def _short(values: Sequence[float | str]) -> list[float | str]:
    return [value if isinstance(value, str) else float(f"{value:.6g}") for value in values]
