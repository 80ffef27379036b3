"""GET /models…: which models there are, and each version's card."""

import re

from fastapi import APIRouter

from models import errors
from models.errors import UnknownModel
from models.references import VERSION_PATTERN, Reference
from models.registry.listing import Entry, resolve
from service.dependencies import State
from service.http import problems
from service.schemas.models import Card, ModelList, ModelSummary, card_of
from service.schemas.wire import WireModel

_MODEL = problems.MODEL_PROBLEMS

router = APIRouter(tags=["models"])


@router.get("/models", response_model_exclude_none=True, summary="List the models")
def list_models(state: State) -> ModelList:
    """Every name in the registry, with its versions and aliases."""
    listing = state.models.listing
    return ModelList(models=[_summary(name, entry) for name, entry in listing.items()], hint=state.models.hint)


@router.get(
    "/models/{name}",
    response_model_exclude_none=True,
    summary="One model's versions and aliases",
    responses=problems.documented(
        (_MODEL[errors.UnknownModel], 'no model is named "sine-lst"; did you mean sine-lstm?'),
    ),
)
def show_model(name: str, state: State) -> ModelSummary:
    """One name's versions and aliases."""
    listing = state.models.listing
    if name not in listing:
        resolve(listing, Reference(name))  # raises UnknownModel, with what is near
    return _summary(name, listing[name])


@router.get(
    "/models/{name}/versions/{version}",
    response_model=Card,
    summary="One version's card",
    responses=problems.documented(
        (_MODEL[errors.UnknownModel], "sine-lstm has no version 9; its newest are 1"),
        (_MODEL[errors.RefusedVersion], "sine-lstm@1 is not served: model.onnx can't be read"),
    ),
)
def show_version(name: str, version: str, state: State) -> WireModel:
    """All that is known of one version: data, training, errors against naive forecasts, a request that works."""
    if not re.fullmatch(VERSION_PATTERN, version, re.ASCII):
        raise UnknownModel("a version is a whole number from 1 up, such as 1; aliases are for POST /predict")
    return card_of(state.models.get(Reference(name, version=int(version))).manifest)


def _summary(name: str, entry: Entry) -> ModelSummary:
    return ModelSummary(
        name=name,
        default=entry.default if entry.problem is None else None,
        versions=list(entry.versions),
        aliases=dict(entry.aliases),
        problem=entry.problem,
    )
