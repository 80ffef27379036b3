"""What an MLflow server is told of a version: parameters, metrics and tags, from its manifest."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.spec.manifest import Manifest

FLAVOR = "rollcast"  # of the model, as its MLmodel file has it
HASH_TAG = "rollcast.sha256"  # the manifest's own, which tells a version from every other
MAX_TEXT = 5000  # characters of a parameter or a tag; a server takes 6000 at least


class LoggedMetric(NamedTuple):
    """A number under a key; `step` is the step ahead, or the epoch, both from 1, and 0 where there is only one."""

    key: str
    value: float
    step: int = 0


def params_of(manifest: Manifest) -> dict[str, str]:
    """The values of the version's recipe that say something, as section.name, and what came of them."""
    found = dict(_values(manifest.training.recipe))
    found |= {"parameters": str(manifest.training.parameters), "context_length": str(manifest.spec.context_length)}
    return found


def metrics_of(manifest: Manifest) -> list[LoggedMetric]:
    """Errors on the test rows, those of each step ahead beside the baselines', coverage, and losses by epoch.

    Errors are in raw units, `smape` and `coverage` in percent, losses in the network's units.
    """
    return [LoggedMetric(*each) for each in _metrics(manifest)]


def tags_of(manifest: Manifest) -> dict[str, str]:
    """What tells the version: its name and number here, its hash, its data's, and the libraries that trained it."""
    data = manifest.data
    return {
        "rollcast.name": manifest.name,
        "rollcast.version": str(manifest.version),
        "rollcast.created_at": manifest.created_at.isoformat(),
        HASH_TAG: manifest.sha256 or "",
        "rollcast.data": data.source[:MAX_TEXT],
        "rollcast.data.rows": str(data.rows),
        "rollcast.data.sha256": data.sha256,
        "rollcast.warnings": "; ".join(manifest.warnings)[:MAX_TEXT],
        **{f"rollcast.library.{name}": version for name, version in manifest.libraries.items()},
    }


def mlmodel_of(manifest: Manifest, run_id: str) -> bytes:
    """The file by which MLflow knows a folder as a model's: YAML, of which JSON is a part."""
    document = {
        "artifact_path": "model",
        "run_id": run_id,
        "utc_time_created": f"{manifest.created_at:%Y-%m-%d %H:%M:%S}.000000",
        "flavors": {FLAVOR: {"name": manifest.name, "version": manifest.version, "data": "model.onnx"}},
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def _values(recipe: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in recipe.items():
        if isinstance(value, Mapping):
            yield from _values(value, f"{prefix}{name}.")
        elif value not in (None, "", []):
            yield f"{prefix}{name}", (value if isinstance(value, str) else json.dumps(value))[:MAX_TEXT]


def _metrics(manifest: Manifest) -> Iterator[tuple[str, float] | tuple[str, float, int]]:
    told = manifest.metrics
    for name, scores in (("", told.model), ("last_value.", told.last_value), ("seasonal_naive.", told.seasonal_naive)):
        if scores is not None:
            yield from ((f"test.{name}{measure}", getattr(scores, measure)) for measure in ("mae", "mse", "rmse"))
    backtest, calibration, training = manifest.backtest, manifest.calibration, manifest.training
    if backtest is not None:
        for measure in ("mae", "rmse", "mase", "smape"):
            yield from _by_step(f"backtest.{measure}", getattr(backtest.model, measure))
        for name, baseline in backtest.baselines.items():
            yield from _by_step(f"backtest.{name.replace(' ', '_')}.mae", baseline.mae)
    if calibration is not None:
        for level, shares in calibration.coverage.items():
            yield from _by_step(f"coverage.{level}", [100 * share for share in shares])
    yield from _by_step("loss", training.loss)
    yield from _by_step("validation_loss", training.validation_loss)


def _by_step(key: str, values: Any) -> Iterator[tuple[str, float, int]]:
    yield from ((key, value, step) for step, value in enumerate(values or (), start=1))
