"""GET /healthz and /readyz: whether the process runs, and whether it can forecast."""

from fastapi import APIRouter, Request

from service.dependencies import State
from service.http import problems
from service.http.problems import NOT_READY, STOPPING, ProblemException
from service.schemas.health import Alive, Ready, Refused, Served

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Alive:
    """Answers as long as the process runs."""
    return Alive()


@router.get(
    "/readyz",
    response_model_exclude_none=True,
    summary="Can it forecast?",
    responses=problems.documented(
        (NOT_READY, "every model was refused; sine-lstm@1: model.onnx can't be read"),
        (STOPPING, "the service is stopping; ask another"),
    ),
)
async def readyz(state: State, request: Request) -> Ready:
    """Which models are loaded and replayed, and which were refused and why.

    Ready with some models refused, and with an empty registry; not with all of them refused, and not once the
    service is told to stop.
    """
    if request.app.state.connections.stopping:
        raise ProblemException(STOPPING, "the service is stopping; ask another")
    models = state.models
    loaded, refused = list(models.loaded), list(models.refused.items())
    if refused and not loaded:
        (name, version), reason = refused[0]
        raise ProblemException(NOT_READY, f"every model was refused; {name}@{version}: {reason}")
    unlisted = [(name, entry.problem) for name, entry in models.listing.items() if entry.problem is not None]
    return Ready(
        models=[Served(model=name, version=version) for name, version in sorted(loaded)],
        refused=[
            *(Refused(model=name, version=version, reason=reason) for (name, version), reason in sorted(refused)),
            *(Refused(model=name, version=None, reason=problem) for name, problem in unlisted),
        ],
        hint=models.hint,
    )
