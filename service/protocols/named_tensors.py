"""What a version takes, and a forecast that it gives, as named tensors."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.inference.sent_covariates import KINDS
from models.spec.manifest import Manifest
from models.spec.model_spec import ModelSpec
from service.forecasting import Forecast, level_name, out_of_range_warning, unseen_warnings
from service.protocols.schemas import TensorMetadata

FREE = -1
LEVELS = ("80", "95")  # those that are named; a request may ask for others


def inputs_of(spec: ModelSpec) -> list[TensorMetadata]:
    """All that a request must bring."""
    features = [len(spec.features)] if len(spec.features) > 1 else []
    found = [TensorMetadata(name="window", datatype="FP64", shape=[FREE, FREE, *features])]
    if spec.needs_times:
        found.append(TensorMetadata(name="end", datatype="BYTES", shape=[FREE]))
    for kind in KINDS:
        shape = [FREE] if kind == "static" else [FREE, FREE]
        found += [
            TensorMetadata(name=f"{kind}.{each.name}", datatype="BYTES" if each.categories else "FP64", shape=shape)
            for each in getattr(spec, kind)
        ]
    return found


def outputs_of(manifest: Manifest) -> list[TensorMetadata]:
    """What is answered: predictions, and where intervals are calibrated their bounds."""
    targets = [len(manifest.spec.targets)] if len(manifest.spec.targets) > 1 else []
    names = ["predictions"]
    if manifest.calibration is not None:
        levels = [level for level in LEVELS if float(level) <= manifest.calibration.highest_level]
        names += [f"{bound}_{level}" for level in levels for bound in ("lower", "upper")]
    return [TensorMetadata(name=name, datatype="FP64", shape=[FREE, FREE, *targets]) for name in names]


def arrays_of(forecast: Forecast) -> Iterator[tuple[str, NDArray[np.float64] | NDArray[np.object_]]]:
    """`predictions`, `lower_80` and `upper_80` of each level, `timestamps` and `paths`.

    Their first axis is the window's, then come the steps, and the targets where there are several; of `paths` the
    second axis tells the paths apart.
    """
    yield "predictions", _of_targets(forecast.predictions)
    for level, bounds in forecast.intervals.items():
        yield f"lower_{level_name(level)}", _of_targets(bounds.lower)
        yield f"upper_{level_name(level)}", _of_targets(bounds.upper)
    if forecast.timestamps is not None:
        yield "timestamps", np.array(forecast.timestamps, object)
    if forecast.paths is not None:
        yield "paths", _of_targets(forecast.paths)


def warnings_of(forecast: Forecast) -> list[str]:
    """Sentences on what to mind about it."""
    found = unseen_warnings(forecast.unseen)
    if forecast.out_of_range:
        names = [f"window[{index}]" for index in forecast.out_of_range]
        found.append(out_of_range_warning(forecast.manifest, names))
    return found


def _of_targets(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[..., 0] if values.shape[-1] == 1 else values
