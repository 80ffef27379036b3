"""Requests of Nixtla's protocol that a version answers, made of its goldens."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.inference.sent_covariates import KINDS
from models.spec.example_request import example_request
from models.spec.manifest import Manifest
from service.protocols.nixtla.exogenous import order_of
from service.protocols.nixtla.schemas import NixtlaCrossValidationRequest, NixtlaForecastRequest
from service.window_times import WindowTimes


def example_bodies(manifest: Manifest) -> Mapping[str, Any]:
    """By schema; none of a version that takes in several columns."""
    request, spec = example_request(manifest.name, manifest), manifest.spec
    if len(spec.features) > 1:
        return {}
    window: Sequence[Any] = request["window"]
    series: dict[str, Any] = {}
    if "end" in request:
        start = WindowTimes(end=request["end"]).time_index(1, spec).moved(1 - len(window)).end
        series["start_datetime"] = [start.isoformat()]
    shared = {"model": manifest.name, **({"freq": spec.frequency} if spec.frequency else {})}

    def rows(names: Sequence[str], first: int, stop: int) -> list[Any]:
        """The values of covariates from one step to another; what is not known any more stays as it was."""
        sent = {name: values for kind in KINDS for name, values in request.get(kind, {}).items()}
        found = [values if isinstance(values := sent[name], list) else [values] for name in names]
        return [[values[min(step, len(values) - 1)] for step in range(first, stop)] for values in found]

    def asked(y: Sequence[Any], names: Sequence[str], **more: Any) -> dict[str, Any]:
        order = order_of(spec, ahead="X_future" in more)
        exogenous = {"X": rows(names, 0, len(y)), **more} if names else {}
        categories = [index for index, each in enumerate(order) if each.categories]
        if categories:
            exogenous["categorical_exog"] = categories
        return {"y": y, "sizes": [len(y)], **series, **exogenous}

    horizon = int(request["horizon"])
    ahead = [each.name for each in order_of(spec, ahead=True)]
    future = rows(ahead[: len(spec.future)], len(window), len(window) + horizon)
    level = {"level": request["levels"]} if "levels" in request else {}
    known = [*window, float(f"{manifest.goldens[0].predictions[0][0]:.6g}")]
    return {
        NixtlaForecastRequest.__name__: {
            "series": asked(window, ahead, X_future=future),
            **shared,
            "h": horizon,
            **level,
        },
        NixtlaCrossValidationRequest.__name__: {
            "series": asked(known, [each.name for each in order_of(spec, ahead=False)]),
            **shared,
            "h": 1,
            "n_windows": 1,
            **level,
        },
    }
