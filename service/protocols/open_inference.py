"""The Open Inference Protocol (V2), as KServe, Triton and MLServer speak it over REST."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope

from service.dependencies import ServiceState, State, state_of
from service.http.problems import INVALID_REQUEST, ProblemException
from service.protocols.asking import ask, opened, reference_of
from service.protocols.documented import BODY, METADATA, OF_A_MODEL, READINESS, asked_with
from service.protocols.infer import read_infer
from service.protocols.named_tensors import inputs_of, outputs_of
from service.protocols.schemas import (
    InferRequest,
    InferResponse,
    ModelMetadata,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
)
from service.routes.health import check_ready

HEADER = "Inference-Header-Content-Length"
PLATFORM = "onnxruntime_onnx"

router = APIRouter(prefix="/v2", tags=["open inference protocol"])
health = APIRouter(prefix="/v2/health", tags=["health"])


@router.get("", summary="Which server is this?", responses=METADATA)
async def server_metadata(request: Request) -> ServerMetadata:
    """Its name, its version, and the extensions of the protocol that it knows."""
    return ServerMetadata(name="rollcast", version=request.app.version, extensions=["binary_tensor_data"])


@health.get("/live", summary="Is the server alive?")
async def server_live() -> ServerLive:
    """Answers as long as the process runs."""
    return ServerLive()


@health.get("/ready", summary="Can the server forecast?", responses=READINESS)
async def server_ready(state: State, request: Request) -> ServerReady:
    """As `/readyz`, which tells more."""
    check_ready(state, request)
    return ServerReady()


@router.get("/models/{name}", summary="A model's inputs and outputs", responses=OF_A_MODEL)
async def model_metadata(name: str, state: State) -> ModelMetadata:
    """What the name's default version takes and answers, as tensors."""
    return await _metadata(name, None, state)


@router.get("/models/{name}/versions/{version}", summary="A version's inputs and outputs", responses=OF_A_MODEL)
async def version_metadata(name: str, version: str, state: State) -> ModelMetadata:
    """What a version, or an alias, takes and answers."""
    return await _metadata(name, version, state)


@router.get("/models/{name}/ready", summary="Can a model forecast?", responses=OF_A_MODEL)
async def model_ready(name: str, state: State) -> ModelReady:
    """Whether the name's default version is served."""
    return await _ready(name, None, state)


@router.get("/models/{name}/versions/{version}/ready", summary="Can a version forecast?", responses=OF_A_MODEL)
async def version_ready(name: str, version: str, state: State) -> ModelReady:
    """Whether a version, or an alias, is served."""
    return await _ready(name, version, state)


_INFER: dict[str, Any] = {
    "response_model": InferResponse,
    "responses": {
        **BODY,
        200: {
            "description": f"The forecast; where bytes follow the JSON, the header `{HEADER}` says how long that is.",
            "content": {"application/octet-stream": {}},
        },
    },
    "openapi_extra": asked_with(InferRequest, "application/json", "application/octet-stream"),
}


_INFER_PATH, _INFER_VERSION_PATH = "/models/{name}/infer", "/models/{name}/versions/{version}/infer"
INFER_PATHS = tuple(router.prefix + path for path in (_INFER_PATH, _INFER_VERSION_PATH))


async def answer(scope: Scope, receive: Receive, _: ServiceState) -> Response:
    """Answer a request to one of the paths of `infer`, as their routes do."""
    parameters = scope["path_params"]
    return await _infer(parameters["name"], parameters.get("version"), Request(scope, receive))


@router.post(_INFER_PATH, summary="Forecast, tensors in and out", **_INFER)
async def infer(name: str, request: Request) -> Response:
    """A tensor `window` of recent values in, `predictions` out; `horizon` and `levels` are parameters."""
    return await _infer(name, None, request)


@router.post(_INFER_VERSION_PATH, summary="Forecast with a version", **_INFER)
async def infer_version(name: str, version: str, request: Request) -> Response:
    """The same of a version, or an alias."""
    return await _infer(name, version, request)


async def _metadata(name: str, version: str | None, state: ServiceState) -> ModelMetadata:
    manifest = (await opened(reference_of(name, version), state)).manifest
    entry = state.models.snapshot.listing.get(manifest.name)
    versions = (manifest.version,) if entry is None else entry.versions
    return ModelMetadata(
        name=manifest.name,
        versions=[str(each) for each in versions],
        platform=PLATFORM,
        inputs=inputs_of(manifest.spec),
        outputs=outputs_of(manifest),
    )


async def _ready(name: str, version: str | None, state: ServiceState) -> ModelReady:
    manifest = (await opened(reference_of(name, version), state)).manifest
    return ModelReady(name=manifest.name)


async def _infer(name: str, version: str | None, request: Request) -> Response:
    model, json_length = reference_of(name, version), _json_length(request)
    most = state_of(request).settings.max_values
    answer = await ask(request, partial(read_infer, model=model, json_length=json_length, max_values=most), json_length)
    if answer.json_length is None:
        return Response(answer.body, media_type="application/json")
    return Response(answer.body, headers={HEADER: str(answer.json_length)}, media_type="application/octet-stream")


def _json_length(request: Request) -> int | None:
    """How much of the body is JSON; None where all of it is. Raises ProblemException."""
    told = request.headers.get(HEADER)
    if told is None:
        return None
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise ProblemException(INVALID_REQUEST, f"{HEADER} must be how many bytes of the body are JSON")
    return int(told)
