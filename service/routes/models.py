"""GET /models…: which models there are, and each version's card."""

import asyncio
import re

from fastapi import APIRouter

from models import errors
from models.errors import UnknownModel
from models.references import VERSION_PATTERN, Reference
from models.registry.listing import resolve
from models.spec.manifest import Manifest
from service.dependencies import ServiceState, State
from service.http import problems
from service.lifecycle.snapshot import Snapshot
from service.metrics.traffic_report import traffic_report
from service.schemas.models import Card, ModelList, ModelSummary, card_of
from service.schemas.traffic import TrafficReport
from service.schemas.wire import WireModel

_MODEL = problems.MODEL_PROBLEMS
_OVERLOADED = (
    _MODEL[errors.Overloaded],
    "too much waits to be answered already, about 2.3 s of work; ask again in 3 s",
)
OF_A_VERSION = problems.documented(
    (_MODEL[errors.UnknownModel], "sine-lstm has no version 9; its newest are 1"),
    (_MODEL[errors.RefusedVersion], "sine-lstm@1 is not served: model.onnx can't be read"),
    _OVERLOADED,
    (problems.STOPPING, problems.STOPS),
    (_MODEL[errors.ForecastTimeout], "sine-lstm@1 was not open within 60 s; try again"),
)

router = APIRouter(tags=["models"])


@router.get(
    "/models",
    response_model_exclude_none=True,
    summary="List the models",
    responses=problems.documented(_OVERLOADED),
)
async def list_models(state: State) -> ModelList:
    """Every name in the registry, with its versions and aliases."""
    now = await state.models.look_into_all()
    return ModelList(models=[_summary(name, now) for name in now.listing], hint=now.hint)


@router.get(
    "/models/{name}",
    response_model_exclude_none=True,
    summary="One model's versions and aliases",
    responses=problems.documented(
        (_MODEL[errors.UnknownModel], 'no model is named "sine-lst"; did you mean sine-lstm?'),
        _OVERLOADED,
    ),
)
async def show_model(name: str, state: State) -> ModelSummary:
    """One name's versions and aliases."""
    now = await state.models.look_into(Reference(name), state.settings.timeout_s)
    if name not in now.listing:
        resolve(now.listing, Reference(name), now.names)  # raises UnknownModel, with what is near
    return _summary(name, now)


@router.get(
    "/models/{name}/versions/{version}",
    response_model=Card,
    summary="One version's card",
    responses=OF_A_VERSION,
)
async def show_version(name: str, version: str, state: State) -> WireModel:
    """All that is known of one version: data, training, errors against naive forecasts, a request that works."""
    return card_of(await manifest_of(name, version, state))


@router.get(
    "/models/{name}/versions/{version}/traffic",
    summary="One version's traffic",
    responses=OF_A_VERSION,
)
async def show_traffic(name: str, version: str, state: State) -> TrafficReport:
    """How the windows that came compare with training: range, mean, spread and seasonality, of all workers."""
    return traffic_report(await manifest_of(name, version, state), state.metrics.series())


async def manifest_of(name: str, version: str, state: ServiceState) -> Manifest:
    """What is known of one version, once it is open. Raises UnknownModel where `version` is no number."""
    if not re.fullmatch(VERSION_PATTERN, version, re.ASCII):
        raise UnknownModel("a version is a whole number from 1 up, such as 1; aliases are for POST /predict")
    try:
        return (await state.models.get(Reference(name, version=int(version)), state.settings.timeout_s)).manifest
    except asyncio.CancelledError:  # FastAPI has no handler for it, as it is no Exception
        raise problems.ProblemException(problems.STOPPING, problems.STOPS) from None


def _summary(name: str, now: Snapshot) -> ModelSummary:
    entry, means = now.listing[name], now.meanings[name]
    return ModelSummary(
        name=name,
        default=means.get(None, entry.default if entry.problem is None else None),
        versions=list(entry.versions),
        aliases={alias: means.get(alias, version) for alias, version in entry.aliases.items()},
        problem=entry.problem,
    )
