"""What routes of the protocols have in common in the OpenAPI document: bodies, and the problems they may tell."""

from typing import Any

from pydantic import BaseModel

from models import errors
from service.http import problems

_MODEL = problems.MODEL_PROBLEMS
_OVERLOADED = (
    _MODEL[errors.Overloaded],
    "too much waits to be answered already, about 2.3 s of work; ask again in 3 s",
)
_STOPS = (problems.STOPPING, problems.STOPS)
_UNKNOWN = (_MODEL[errors.UnknownModel], 'no model is named "sine-lst"; did you mean sine-lstm?')
_REFUSED = (_MODEL[errors.RefusedVersion], "sine-lstm@1 is not served: model.onnx can't be read")

METADATA = problems.documented(_OVERLOADED)
READINESS = problems.documented(
    (problems.NOT_READY, "no model is open yet; the first are being opened"),
    (problems.STOPPING, "the service is stopping; ask another"),
)
OF_A_MODEL = problems.documented(
    _UNKNOWN,
    _REFUSED,
    _OVERLOADED,
    _STOPS,
    (_MODEL[errors.ForecastTimeout], "sine-lstm@1 was not open within 60 s; try again"),
)
BODY = problems.documented(
    (problems.MALFORMED_JSON, "the body must be one JSON object; Invalid JSON: EOF while parsing a value"),
    _UNKNOWN,
    (problems.BODY_TOO_LARGE, "the body may have at most 1048576 bytes; send fewer windows at a time"),
    (problems.UNSUPPORTED_MEDIA_TYPE, "compressed bodies are not taken: leave the header Content-Encoding out"),
    (_MODEL[errors.InvalidWindow], "window[0]: the window has 8 values; sine-lstm@1 needs at least 10"),
    (problems.INVALID_REQUEST, "parameters.horizon: expected a number greater than or equal to 1, but 0 came"),
    (_MODEL[errors.InvalidHorizon], "horizon: the horizon may be at most 10000, not 20000"),
    _REFUSED,
    _OVERLOADED,
    _STOPS,
    (_MODEL[errors.ForecastTimeout], "the forecast was given up: it took longer than 60 s; ask for fewer steps"),
    (problems.INTERNAL_ERROR, "something went wrong here, not in the request; the log says what"),
)


def asked_with(schema: type[BaseModel], *media_types: str) -> dict[str, Any]:
    """What FastAPI is told of a body that it does not read."""
    reference = {"schema": {"$ref": f"#/components/schemas/{schema.__name__}"}}
    content = {each: reference if each == "application/json" else {} for each in media_types}
    return {"requestBody": {"required": True, "content": content}}
