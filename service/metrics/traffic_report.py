"""One version's traffic in words and numbers, from the series of all workers."""

from models.spec.manifest import Manifest
from service.metrics.catalogue import Series
from service.metrics.traffic import HALF_LIFE_S, MAX_FEATURES, RECENT, statistics
from service.metrics.training_facts import season_of, training_seasonality
from service.schemas.traffic import FeatureTraffic, Seasonality, TrafficReport


def traffic_report(manifest: Manifest, series: Series) -> TrafficReport:
    """What came for a version, beside what its manifest tells of training."""
    spec, version = manifest.spec, (manifest.name, str(manifest.version))

    def count(name: str, labels: tuple[str, ...] = version) -> float:
        value = series.get(f"rollcast_traffic_{name}_total", {}).get(labels, 0.0)
        return value if isinstance(value, float | int) else 0.0

    features = []
    for name, training in zip(spec.features[:MAX_FEATURES], training_seasonality(manifest), strict=False):
        labels = (*version, name)
        sums = series.get(RECENT, {}).get(labels)
        mean, spread, seasonality = statistics(sums) if isinstance(sums, list) else (None, None, None)
        values, ranged = count("values", labels), labels in series.get("rollcast_traffic_values_outside_total", {})
        lag = season_of(manifest)
        features.append(
            FeatureTraffic(
                name=name,
                values=int(values),
                outside_share=count("values_outside", labels) / values if values and ranged else None,
                mean_shift=mean,
                spread_ratio=spread,
                seasonality=None if lag is None else Seasonality(lag=lag, recent=seasonality, training=training),
            )
        )
    return TrafficReport(
        model=manifest.name,
        version=manifest.version,
        half_life_s=HALF_LIFE_S,
        requests=int(count("requests")),
        windows=int(count("windows")),
        steps=int(count("steps")),
        windows_out_of_range=int(count("windows_out_of_range")),
        compares=_compares(manifest),
        features=features,
    )


def _compares(manifest: Manifest) -> str:
    spec = manifest.spec
    what = "values" if spec.difference is None else f"changes from the value {spec.difference} steps before"
    return f"{what}, each window scaled by itself" if spec.scaler.kind == "context" else what
