"""GET /models…: which models there are, and each version's card."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends

from models.errors import UnknownModel
from models.references import VERSION_PATTERN, Reference
from models.registry.registry import Entry, resolve
from service.dependencies import ServiceState, state_of
from service.schemas.card import Card, card
from service.schemas.predict import ModelList, ModelSummary

router = APIRouter(tags=["models"])


@router.get("/models", response_model_exclude_none=True, summary="List the models")
def list_models(state: Annotated[ServiceState, Depends(state_of)]) -> ModelList:
    """Every name in the registry, with its versions and aliases."""
    catalog = state.catalog
    return ModelList(models=[_summary(name, entry) for name, entry in catalog.listing.items()], hint=catalog.hint)


@router.get("/models/{name}", response_model_exclude_none=True, summary="One model's versions and aliases")
def show_model(name: str, state: Annotated[ServiceState, Depends(state_of)]) -> ModelSummary:
    """One name's versions and aliases."""
    listing = state.catalog.listing
    if name not in listing:
        resolve(listing, Reference(name))  # raises UnknownModel, with what is near
    return _summary(name, listing[name])


@router.get("/models/{name}/versions/{version}", summary="One version's card")
def show_version(name: str, version: str, state: Annotated[ServiceState, Depends(state_of)]) -> Card:
    """All that is known of one version: data, training, errors against naive forecasts, a request that works."""
    if not re.fullmatch(VERSION_PATTERN, version, re.ASCII):
        raise UnknownModel("a version is a whole number from 1 up, such as 1; aliases are for POST /predict")
    return card(state.catalog.find(Reference(name, version=int(version))).manifest)


def _summary(name: str, entry: Entry) -> ModelSummary:
    return ModelSummary(
        name=name,
        default=entry.default if entry.problem is None else None,
        versions=list(entry.versions),
        aliases=dict(entry.aliases),
        problem=entry.problem,
    )
