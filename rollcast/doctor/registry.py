"""Looking at the registry: each version opened as the service does, and asked for a forecast."""

import time
from collections.abc import Iterator

from models.errors import RollcastError
from models.registry.registry import Registry
from models.spec.example_request import example_request
from models.spec.manifest_seal import UNSEALED
from models.text import counted
from rollcast.doctor.check import Check
from service.forecasting import forecast_now
from service.schemas.predict import PredictRequest
from service.settings import Settings


def registry_checks(settings: Settings) -> Iterator[Check]:
    """Whether the registry is there, and how each of its versions is."""
    if not settings.registry.exists():
        name_it = "train a model, or name the folder with --registry or ROLLCAST_REGISTRY"
        yield Check("registry", "problem", f"there is none at {settings.registry}", name_it)
        return
    source = Registry.at(settings.registry)
    try:
        listing = source.listing()
    except RollcastError as error:
        yield Check("registry", "problem", str(error), "have it be a folder that this user may read")
        return
    versions = sum(len(entry.versions) for entry in listing.values())
    found = f"{settings.registry} holds {counted(versions, 'version')} of {counted(len(listing), 'model')}"
    if listing:
        yield Check("registry", "good", found)
    else:
        yield Check("registry", "warning", found, "train one: rollcast train sine-lstm")
    for name, entry in listing.items():
        if entry.problem is not None:
            yield Check(name, "problem", entry.problem, "mend it; rollcast models promote writes aliases anew")
        for version in entry.versions:
            yield _version_check(source, name, version, settings.open_timeout_s)


def _version_check(source: Registry, name: str, version: int, timeout_s: float) -> Check:
    """Open a version, and make the forecast that its card has as an example."""
    from service.routes.predict import forecast_request  # which loads FastAPI

    title, begun = f"{name}@{version}", time.perf_counter()
    try:
        manifest, forecaster = source.open(name, version, timeout_s)
        opened = time.perf_counter()
        request = forecast_request(PredictRequest.model_validate(example_request(title, manifest)))
        forecast_now(request, manifest, forecaster)
    except RollcastError as error:
        return Check(title, "problem", str(error), "remove the version, or train it again")
    forecast_s = time.perf_counter() - opened
    steps = counted(request.horizon, "step")
    found = f"opened in {opened - begun:.2g} s, {steps} forecast in {1000 * forecast_s:.2g} ms"
    if manifest.sha256 is None:
        return Check(title, "warning", found, UNSEALED)
    return Check(title, "good", found)
