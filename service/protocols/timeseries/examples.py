"""A request of KServe's time series protocol that a version answers, made of its goldens."""

from collections.abc import Mapping
from typing import Any

from models.inference.sent_covariates import KINDS
from models.spec.example_request import example_request
from models.spec.manifest import Manifest
from models.timeseries.frequency import parse_frequency
from service.protocols.timeseries.question import unit_of
from service.protocols.timeseries.schemas import TimeSeriesRequest
from service.window_times import WindowTimes

QUANTILES = (0.1, 0.5, 0.9)


def example_bodies(manifest: Manifest) -> Mapping[str, Any]:
    """By schema."""
    request, spec = example_request(manifest.name, manifest), manifest.spec
    window = request["window"]
    kind = "multivariate" if isinstance(window[0], list) else "univariate"
    sent: dict[str, Any] = {
        "type": f"{kind}_time_series",
        "name": manifest.name,
        "series": window,
        "frequency": "day" if spec.frequency is None else unit_of(parse_frequency(spec.frequency)),
        **{name: request[name] for name in ("season", *KINDS) if name in request},
    }
    if "end" in request:
        start = WindowTimes(end=request["end"]).time_index(1, spec).moved(1 - len(window)).end
        sent["start_timestamp"] = start.isoformat()
    options: dict[str, Any] = {"horizon": request["horizon"]}
    if 80 in request.get("levels", ()):
        options["quantiles"] = list(QUANTILES)
    return {TimeSeriesRequest.__name__: {"model": manifest.name, "inputs": [sent], "options": options}}
