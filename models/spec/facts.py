"""What a version is, as labelled lines of text."""

from models.spec.manifest import Manifest
from models.spec.metrics import Scores


def facts(manifest: Manifest) -> list[tuple[str, str]]:
    """Labels and texts, in the order in which to show them; a text may be empty."""
    metrics, data = manifest.metrics, manifest.data
    lines = [
        ("name", f"{manifest.name}@{manifest.version}"),
        ("description", manifest.description),
        ("made", f"{manifest.created_at:%Y-%m-%d %H:%M} UTC, in {manifest.training.duration_s:.0f} s"),
        ("network", f"{network(manifest)}, {manifest.training.parameters} parameters"),
        ("context", f"{manifest.context_length} values (window {manifest.window}, lead {manifest.lead})"),
        ("features", ", ".join(manifest.features)),
        ("targets", ", ".join(manifest.targets)),
        ("outputs", f"{manifest.outputs} values at once" if manifest.outputs > 1 else ""),
        ("lags", ", ".join(map(str, manifest.lags))),
        ("difference", "" if manifest.difference is None else f"from the value {manifest.difference} steps before"),
        ("calendar", f"{', '.join(manifest.calendar)} ({manifest.timezone})" if manifest.calendar else ""),
        ("frequency", manifest.frequency or ""),
        ("data", f"{data.source}, {data.rows} rows" + (f" of {data.series} series" if data.series > 1 else "")),
        ("tested on", metrics.tested_on),
        ("model", _scores(metrics.model)),
        ("last value", _scores(metrics.last_value)),
    ]
    if metrics.seasonal_naive is not None:
        lines.append((f"value {metrics.season} steps ago", _scores(metrics.seasonal_naive)))
    if metrics.spread is not None:
        by_seed = zip(metrics.spread.seeds, metrics.spread.mse, strict=True)
        lines.append(("MSE by seed", ", ".join(f"{seed}: {mse:.3g}" for seed, mse in by_seed)))
    return [*lines, *(("warning", text) for text in manifest.warnings)]


def network(manifest: Manifest) -> str:
    """The network's kind and size: lstm(64), or 3 x lstm(64) for the mean of three."""
    size = f"{manifest.kind}({', '.join(map(str, manifest.units))})"
    return size if manifest.members == 1 else f"{manifest.members} x {size}"


def _scores(scores: Scores) -> str:
    return f"MAE {scores.mae:.4g}, MSE {scores.mse:.4g}, RMSE {scores.rmse:.4g} over {scores.count} values"
