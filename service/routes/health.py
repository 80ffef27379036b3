"""GET /healthz and /readyz: whether the process runs, and whether it can forecast."""

from typing import Annotated

from fastapi import APIRouter, Depends

from service.dependencies import ServiceState, state_of
from service.http.problems import NOT_READY, ProblemException
from service.schemas.predict import Alive, Ready, Refused, Served

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Alive:
    """Answers as long as the process runs."""
    return Alive()


@router.get("/readyz", response_model_exclude_none=True, summary="Can it forecast?")
async def readyz(state: Annotated[ServiceState, Depends(state_of)]) -> Ready:
    """Which models are loaded and replayed, and which were refused and why.

    Ready with some models refused, and with an empty registry; not with all of them refused.
    """
    catalog = state.catalog
    opened, refused = list(catalog.opened), list(catalog.refused.items())
    if refused and not opened:
        (name, version), reason = refused[0]
        raise ProblemException(NOT_READY, f"every model was refused; {name}@{version}: {reason}")
    problems = [(name, entry.problem) for name, entry in catalog.listing.items() if entry.problem is not None]
    return Ready(
        models=[Served(model=name, version=version) for name, version in sorted(opened)],
        refused=[
            *(Refused(model=name, version=version, reason=reason) for (name, version), reason in sorted(refused)),
            *(Refused(model=name, version=None, reason=problem) for name, problem in problems),
        ],
        hint=catalog.hint,
    )
