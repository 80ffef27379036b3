"""What routes of the protocols have in common in the OpenAPI document: bodies, examples, and problems."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from models import errors
from models.inference.sent_covariates import KINDS
from models.spec.example_request import example_request
from models.spec.manifest import Manifest
from service.http import problems
from service.protocols.schemas import InferRequest, InstancesRequest, InvocationsRequest

Examples = Callable[[Manifest], Mapping[str, Any]]  # by schema, a request that a version answers

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


def add_examples(document: dict[str, Any], served: Sequence[Manifest], more: Sequence[Examples] = ()) -> None:
    """Give each forecast in the document a body that the model of its path answers; a label's may be another's.

    `more` are the examples of further protocols.
    """
    if not served:
        return
    bodies = {schema: body for each in (_example_bodies, *more) for schema, body in each(served[0]).items()}
    for path, operations in document["paths"].items():
        operation = operations.get("post", {})
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if schema in bodies and "{label}" not in path:
            told = {**content["application/json"], "example": bodies[schema]}  # what FastAPI has is shared by routes
            operation["requestBody"] = {**operation["requestBody"], "content": {**content, "application/json": told}}


def _example_bodies(manifest: Manifest) -> Mapping[str, Any]:
    """By schema, a request that a version answers."""
    request = example_request(manifest.name, manifest)
    asked = {name: request[name] for name in ("horizon", "levels") if name in request}
    instance = {name: request[name] for name in ("window", "end", "freq", "season", *KINDS) if name in request}
    inputs = [_tensor("window", request["window"])]
    inputs += [_tensor(name, request[name]) for name in ("end", "freq") if name in request]
    inputs += [_tensor(f"{kind}.{name}", sent) for kind in KINDS for name, sent in request.get(kind, {}).items()]
    season = request.get("season")
    told = {} if season is None else {"season": ",".join(map(str, season)) if isinstance(season, list) else season}
    return {
        InferRequest.__name__: {"inputs": inputs, "parameters": {**asked, **told}},
        InstancesRequest.__name__: {"instances": [instance], "parameters": asked},
        InvocationsRequest.__name__: {"instances": [instance], "params": {"model": manifest.name, **asked}},
    }


def _tensor(name: str, value: Any) -> dict[str, Any]:
    """A tensor of one row."""
    shape, first = [1], value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0]
    datatype = "BYTES" if isinstance(first, str) else "FP64"
    return {"name": name, "shape": shape, "datatype": datatype, "data": [value]}
