"""Problem documents in the words of the protocol whose path was asked, and so in the OpenAPI document."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import MEDIA_TYPE

Problem = Mapping[str, Any]


class Shape(NamedTuple):
    """How a protocol tells errors: the name of the schema, and the answer that a problem document becomes."""

    schema: str
    words: Callable[[Problem], dict[str, Any]]


def _text(problem: Problem) -> dict[str, Any]:
    return {"error": problem["detail"]}


def _code(problem: Problem) -> dict[str, Any]:
    return {"error_code": _MLFLOW_CODES.get(problem["status"], "INTERNAL_ERROR"), "message": problem["detail"]}


def _detail(problem: Problem) -> dict[str, Any]:
    return {"detail": problem["detail"]}


def _fault(problem: Problem) -> dict[str, Any]:
    [first, *_] = problem.get("errors") or [{}]
    kind = problem["type"].rpartition(":")[2].replace("-", "_")
    fault = {
        "code": str(problem["status"]),
        "message": problem["detail"],
        "param": first.get("location", ""),
        "type": kind,
    }
    return {"error": fault}


_MLFLOW_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    405: "ENDPOINT_NOT_FOUND",
    413: "REQUEST_LIMIT_EXCEEDED",
    415: "BAD_REQUEST",
    422: "INVALID_PARAMETER_VALUE",
    429: "REQUEST_LIMIT_EXCEEDED",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
ERROR_TEXT, ERROR_CODE = Shape("ErrorText", _text), Shape("ErrorCode", _code)
DETAIL, FAULT = Shape("Detail", _detail), Shape("TimeSeriesError", _fault)
# Nixtla's, and those of its paths that are not answered here.
_NIXTLA = (
    *("/model_params", "/validate_api_key", "/usage", "/v2/forecast", "/v2/cross_validation", "/v2/models"),
    *("/v2/finetune", "/v2/finetuned_models", "/v2/simulate", "/v2/explain"),
    *("/v2/anomaly_detection", "/v2/online_anomaly_detection"),
)
# By the path, or by its first part.
SHAPES = {
    **dict.fromkeys(("/v1", "/v2"), ERROR_TEXT),
    **dict.fromkeys(("/ping", "/invocations"), ERROR_CODE),
    **dict.fromkeys(_NIXTLA, DETAIL),
    "/v1/timeseries/forecast": FAULT,
}


def with_routes(*routes: str | None) -> dict[str, Shape]:
    """The shapes, with those of the routes that a platform names."""
    return {**{route: ERROR_TEXT for route in routes if route is not None}, **SHAPES}


def shape_of(path: str, shapes: Mapping[str, Shape] = SHAPES) -> Shape | None:
    """The shape of the errors at a path; None for rollcast's own."""
    return shapes.get(path) or shapes.get("/" + path[1:].partition("/")[0])


class ErrorShapes:
    """An ASGI app around another: problem documents leave it in the words of the path's protocol.

    All that refuses a request, from its keys on, words it once, as a problem.
    """

    def __init__(self, app: ASGIApp, shapes: Mapping[str, Shape]) -> None:
        self._app, self._shapes = app, shapes

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request, or the app's lifespan. No coroutine of its own for rollcast's own paths."""
        if scope["type"] == "http" and (shape := shape_of(scope["path"], self._shapes)) is not None:
            return self._app(scope, receive, _reworded(shape, send))
        return self._app(scope, receive, send)


def _reworded(shape: Shape, send: Send) -> Send:
    begun: Message | None = None

    async def reworded(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.start" and (b"content-type", MEDIA_TYPE.encode()) in message["headers"]:
            begun = message  # its length is not known yet
            return
        if begun is not None:  # a problem is one small message
            body = to_json(shape.words(json.loads(message["body"])))
            kept = [each for each in begun["headers"] if each[0] not in (b"content-type", b"content-length")]
            headers = [*kept, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
            await send({**begun, "headers": headers})
            message = {**message, "body": body}
            begun = None
        await send(message)

    return reworded


def reword_document(shapes: Mapping[str, Shape], document: dict[str, Any]) -> None:
    """Have the OpenAPI document tell each protocol's errors as they are answered."""
    for path, operations in document["paths"].items():
        shape = shape_of(path, shapes)
        if shape is None:
            continue
        for operation in operations.values():
            responses = operation["responses"]
            operation["responses"] = {status: _reworded_response(shape, told) for status, told in responses.items()}


def _reworded_response(shape: Shape, told: dict[str, Any]) -> dict[str, Any]:
    if MEDIA_TYPE not in told.get("content", ()):
        return told
    examples = {
        name: {"value": shape.words(example["value"])}
        for name, example in told["content"][MEDIA_TYPE]["examples"].items()
    }
    schema = {"$ref": f"#/components/schemas/{shape.schema}"}
    return {**told, "content": {"application/json": {"schema": schema, "examples": examples}}}
