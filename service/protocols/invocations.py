"""/ping and /invocations, as MLflow and SageMaker ask, and the routes that Vertex AI names for the same."""

from fastapi import APIRouter, Request, Response

from service.dependencies import State
from service.http.health_paths import HEALTH_PATHS
from service.protocols.asking import ask
from service.protocols.documented import BODY, READINESS, asked_with
from service.protocols.instances import read_invocation
from service.protocols.schemas import InvocationsRequest, PredictionsResponse, ServerReady
from service.routes.health import check_ready
from service.settings import Settings

REPLY_WITHIN_S = 55.0  # SageMaker gives up after 60 s


async def ping(state: State, request: Request) -> ServerReady:
    """As `/readyz`, which tells more."""
    check_ready(state, request)
    return ServerReady()


async def invocations(request: Request) -> Response:
    """Windows as `instances`, `inputs`, or a table; `horizon` and `levels` are in `params` or `parameters`."""
    return Response(await ask(request, read_invocation, at_most_s=REPLY_WITHIN_S), media_type="application/json")


def router(settings: Settings) -> APIRouter:
    """The routes, with those that a platform names."""
    named = APIRouter()
    for path in dict.fromkeys(("/ping", settings.health_route)):
        if path is not None and path not in HEALTH_PATHS - {"/ping"}:
            named.get(path, tags=["health"], summary="Can it forecast?", responses=READINESS)(ping)
    for path in dict.fromkeys(("/invocations", settings.predict_route)):
        if path is not None:
            named.post(
                path,
                tags=["mlflow, sagemaker, vertex ai"],
                summary="Forecast instances or a table",
                response_model=PredictionsResponse,
                responses=BODY,
                openapi_extra=asked_with(InvocationsRequest, "application/json"),
            )(invocations)
    return named
