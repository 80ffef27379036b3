"""GET /healthz and /readyz: whether the process runs, and whether it can forecast."""

from fastapi import APIRouter, Request

from service.dependencies import ServiceState, State
from service.http import problems
from service.http.problems import NOT_READY, STOPPING, ProblemException
from service.lifecycle.snapshot import Snapshot
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
        (NOT_READY, "no model is open yet; the first are being opened"),
        (STOPPING, "the service is stopping; ask another"),
    ),
)
async def readyz(state: State, request: Request) -> Ready:
    """Which models are loaded and replayed, what their names and aliases mean, and which were refused and why.

    Ready once the champions are; others are opened from then on. Ready with some models refused, and with an empty
    registry; not with all of them refused, nor before one is open, nor once the service is told to stop.
    """
    now = check_ready(state, request)
    return Ready(
        models=[Served(model=name, version=version) for name, version in sorted(now.loaded)],
        references=dict(now.references),
        refused=[Refused(model=name, version=version, reason=reason) for name, version, reason in now.problems],
        registry_problem=now.registry_problem,
        hint=now.hint,
    )


def check_ready(state: ServiceState, request: Request) -> Snapshot:
    """What is served. Raises ProblemException where nothing can be forecast."""
    if request.app.state.connections.stopping:
        raise ProblemException(STOPPING, "the service is stopping; ask another")
    now = state.models.snapshot
    if not now.loaded:
        if state.models.opening:
            raise ProblemException(NOT_READY, "no model is open yet; the first are being opened")
        if versions := [each for each in now.problems if each.version is not None]:
            name, version, reason = versions[0]
            raise ProblemException(NOT_READY, f"every model was refused; {name}@{version}: {reason}")
    return now
