"""Errors as RFC 9457 problem documents: one table from exceptions to statuses, and every answer small."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from models import errors as model_errors
from service.schemas.problem import Problem, ProblemError
from service.telemetry.record import note_problem

MEDIA_TYPE = "application/problem+json"
CLIENT_GONE = 499  # as nginx calls it: no status of HTTP says that nobody waits for an answer
MAX_ERRORS, MAX_CHARACTERS, MAX_BYTES = 8, 400, 4096
_SCHEMA = {"$ref": "#/components/schemas/Problem"}

log = logging.getLogger("rollcast")


class ProblemType(NamedTuple):
    """A kind of problem: its status, and the last part of its type."""

    status: int
    slug: str

    @property
    def title(self) -> str:
        """The slug in words."""
        return self.slug.replace("-", " ").capitalize()

    @property
    def uri(self) -> str:
        """What a problem document says as its type."""
        return f"urn:rollcast:problem:{self.slug}"


class ProblemException(Exception):
    """A problem found by the service itself rather than by a model."""

    def __init__(self, kind: ProblemType, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.headers = kind, detail, headers


MALFORMED_REQUEST = ProblemType(400, "malformed-request")
MALFORMED_JSON = ProblemType(400, "malformed-json")
UNAUTHORIZED = ProblemType(401, "unauthorized")
FORBIDDEN = ProblemType(403, "forbidden")
UNKNOWN_PATH = ProblemType(404, "unknown-path")
METHOD_NOT_ALLOWED = ProblemType(405, "method-not-allowed")
REQUEST_TIMEOUT = ProblemType(408, "request-timeout")
BODY_TOO_LARGE = ProblemType(413, "body-too-large")
URL_TOO_LONG = ProblemType(414, "url-too-long")
UNSUPPORTED_MEDIA_TYPE = ProblemType(415, "unsupported-media-type")
INVALID_REQUEST = ProblemType(422, "invalid-request")
RATE_LIMITED = ProblemType(429, "rate-limited")
HEADERS_TOO_LARGE = ProblemType(431, "headers-too-large")
INTERNAL_ERROR = ProblemType(500, "internal-error")
NOT_READY = ProblemType(503, "not-ready")
STOPPING = ProblemType(503, "stopping")

STOPS = "the service is stopping; ask again in a moment"

# Looked up along an exception's ancestors, nearest first.
MODEL_PROBLEMS: dict[type[model_errors.RollcastError], ProblemType] = {
    model_errors.InvalidWindow: ProblemType(422, "invalid-window"),
    model_errors.InvalidHorizon: ProblemType(422, "invalid-horizon"),
    model_errors.InvalidRequest: INVALID_REQUEST,
    model_errors.InvalidName: INVALID_REQUEST,
    model_errors.UnknownModel: ProblemType(404, "unknown-model"),
    model_errors.RefusedVersion: ProblemType(503, "refused-version"),
    model_errors.Overloaded: ProblemType(503, "overloaded"),
    model_errors.ForecastTimeout: ProblemType(504, "forecast-timeout"),
    model_errors.RegistryError: ProblemType(503, "registry-error"),
    model_errors.RollcastError: INTERNAL_ERROR,
}
_HTTP_PROBLEMS = {404: UNKNOWN_PATH, 405: METHOD_NOT_ALLOWED}


def problem_response(
    kind: ProblemType,
    detail: str,
    errors: Sequence[tuple[Sequence[str | int], str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document, cut to a few kilobytes; `errors` pairs the path of a part with what is wrong there."""
    note_problem(kind.slug)
    listed = [ProblemError(location=_location(path), message=_cut(text)) for path, text in errors[:MAX_ERRORS]]
    while True:
        problem = Problem(
            type=kind.uri,
            title=kind.title,
            status=kind.status,
            detail=_cut(detail),
            errors=listed or None,
        )
        body = to_json(problem, exclude_none=True)
        if len(body) <= MAX_BYTES or not listed:
            break
        listed.pop()  # the texts hold names that were sent, and a character can take six bytes
    return Response(body, kind.status, dict(headers) if headers else None, MEDIA_TYPE)


def explained(error: ValidationError | model_errors.RollcastError) -> str:
    """What is wrong with a request, after the place in it where that lies; of several things the first."""
    path: Sequence[str | int] = ()
    message = str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        path, message = _path(first), _message(first)
    elif isinstance(error, model_errors.InvalidRequest):
        path = error.location
    return f"{_location(path)}: {message}" if path else message


def documented(*examples: tuple[ProblemType, str]) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, as FastAPI documents them; each with an example of its words."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind, detail in examples:
        response = responses.setdefault(
            kind.status, {"description": kind.title, "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": {}}}}
        )
        problem = Problem(type=kind.uri, title=kind.title, status=kind.status, detail=detail)
        named = response["content"][MEDIA_TYPE]["examples"]
        number = 1 + sum(each["value"]["type"] == kind.uri for each in named.values())
        name = kind.slug if number == 1 else f"{kind.slug}-{number}"
        named[name] = {"value": problem.model_dump(exclude_none=True)}
    return responses


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""
    for cls in (ProblemException, ValidationError, model_errors.RollcastError, HTTPException, ClientDisconnect):
        app.add_exception_handler(cls, error_response)
    app.add_exception_handler(Exception, error_response)


async def error_response(request: Request, error: BaseException) -> Response:
    """The problem document of any error; what was not foreseen is logged here and explained nowhere else.

    A request is cancelled when the service stops and has waited long enough; whoever still waits is told so.
    """
    match error:
        case ProblemException():
            return problem_response(error.kind, error.detail, headers=error.headers)
        case ValidationError():
            return _invalid(error)
        case model_errors.RollcastError():
            return _model_error(error)
        case HTTPException():
            return _http_error(request, error)
        case ClientDisconnect():
            return Response(status_code=CLIENT_GONE)  # nobody reads this but the log
        case asyncio.CancelledError():
            return problem_response(STOPPING, STOPS)
        case _:
            log.error("while answering %s", request.scope["path"][:80], exc_info=error)
            return problem_response(INTERNAL_ERROR, "something went wrong here, not in the request; the log says what")


def _invalid(error: ValidationError) -> Response:
    found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        if "number out of range" in found[0]["msg"]:  # it is JSON, but of thousands of digits
            where = found[0]["msg"].partition(" at ")[2]
            return problem_response(INVALID_REQUEST, f"expected numbers of a few digits, but thousands came at {where}")
        return problem_response(MALFORMED_JSON, f"the body must be one JSON object; {found[0]['msg']}")
    errors = [(_path(each), _message(each)) for each in found]
    return problem_response(INVALID_REQUEST, explained(error), errors)


def _model_error(error: model_errors.RollcastError) -> Response:
    kind = next(MODEL_PROBLEMS[cls] for cls in type(error).__mro__ if cls in MODEL_PROBLEMS)
    if isinstance(error, model_errors.Overloaded):  # told by service/dispatch/admission.py, once for many
        return problem_response(kind, str(error), headers={"Retry-After": str(error.retry_after_s)})
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s: %s", kind.slug, error)
    path = error.location if isinstance(error, model_errors.InvalidRequest) else ()
    return problem_response(kind, explained(error), [(path, str(error))] if path else ())


def _http_error(request: Request, error: HTTPException) -> Response:
    kind = _HTTP_PROBLEMS.get(error.status_code, ProblemType(error.status_code, "http-error"))
    closed = request.app.openapi_url is None
    details = {
        UNKNOWN_PATH: "there is nothing at this path" + ("" if closed else "; /docs lists what there is"),
        METHOD_NOT_ALLOWED: f"{request.method[:20]} is not answered here" + ("" if closed else "; /docs lists what is"),
    }
    return problem_response(kind, details.get(kind, str(error.detail)), headers=error.headers)


def _message(error: Any) -> str:
    """What pydantic found, with the kind of thing that came but never the thing itself."""
    message = str(error["msg"]).removeprefix("Value error, ")
    match error["type"]:
        case "string_pattern_mismatch":
            return (
                "expected a name, optionally with @ and a version or an alias, such as sine-lstm, sine-lstm@1 "
                "or sine-lstm@champion"
            )
        case "finite_number":
            return "expected a finite number; NaN, Infinity and numbers beyond 64-bit floats are not accepted"
        case "greater_than" | "greater_than_equal" | "less_than":
            return (
                f"{message.replace('Input should be', 'expected a number')}, but {_cut(repr(error['input']), 20)} came"
            )
        case "too_short":
            return f"expected at least {error['ctx']['min_length']} item, but {error['ctx']['actual_length']} came"
        case "string_too_long":
            return f"expected at most {error['ctx']['max_length']} characters, but more came"
        case "too_long":
            return f"expected at most {error['ctx']['max_length']} items, but more came"
        case kind if kind.endswith("_type"):
            expected = message.replace("Input should be", "expected")
            return f"{expected}, but {_json_kind(error['input'])} came"
        case _:
            return message


def _json_kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "an array"
        case _:
            return "an object"


def _path(error: Any) -> Sequence[str | int]:
    """Where an error lies, without the names of the unions' branches, which no client has heard of."""
    if error["type"] == "unknown_field":
        return [error["ctx"]["name"]]
    path = error["loc"]
    if path and path[0] in ("parameters", "params", "options", "series"):
        return list(path[:2])
    if path and path[0] in ("future", "past", "static"):
        return [path[0], *path[2:]]  # names of covariates, after that of a branch
    return [path[0], *(part for part in path[1:] if isinstance(part, int))] if path else []


def _location(path: Sequence[str | int]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{_cut(part, 60)}" for part in path)
    return "".join(parts).removeprefix(".") or "body"


def _cut(text: str, limit: int = MAX_CHARACTERS) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
