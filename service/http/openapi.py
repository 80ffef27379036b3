"""The OpenAPI document: examples made from the models in service, and every error that can be answered."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from models import errors
from models.spec.example_request import example_request
from service.http import problems
from service.http.problems import MEDIA_TYPE, ProblemType
from service.model_store import ModelStore
from service.schemas.predict import PredictRequest, Problem

_REFERENCES = "#/components/schemas/{model}"
_MODEL = problems.MODEL_PROBLEMS

# Which problems each path answers, with examples of their words.
_ANSWERS: dict[str, list[tuple[ProblemType, str]]] = {
    "/predict": [
        (
            problems.MALFORMED_JSON,
            "the body must be one JSON object; Invalid JSON: EOF while parsing a value",
        ),
        (_MODEL[errors.UnknownModel], 'no model is named "sine-lst"; did you mean sine-lstm?'),
        (problems.BODY_TOO_LARGE, "the body may have at most 1048576 bytes; send fewer windows at a time"),
        (problems.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: send the header Content-Type: application/json"),
        (_MODEL[errors.InvalidWindow], "window: the window has 8 values; sine-lstm@1 needs at least 10"),
        (problems.INVALID_REQUEST, "window[3]: expected a valid number, but null came"),
        (
            problems.INVALID_REQUEST,
            "timestamps[3]: expected a time 30m after the one before it, but it is 1h: values must be evenly spaced",
        ),
        (
            problems.INVALID_REQUEST,
            "timestamps: demand@1 takes in the day, week of each value: send the window's timestamps, or its last "
            'value\'s time as end with freq "30m"',
        ),
        (problems.INVALID_REQUEST, "levels: sine-lstm@1 has no calibrated intervals: leave levels out"),
        (
            problems.INVALID_REQUEST,
            "levels: a level of 99 needs more than the 40 errors that intervals were calibrated on: ask for at most "
            "97.56",
        ),
        (_MODEL[errors.InvalidHorizon], "horizon: the horizon may be at most 10000, not 20000"),
        (_MODEL[errors.RefusedVersion], "sine-lstm@1 is not served: model.onnx can't be read"),
        (problems.STOPPING, "the service is stopping; ask again in a moment"),
        (_MODEL[errors.ForecastTimeout], "the forecast was given up: it took longer than 60 s; ask for fewer steps"),
        (problems.INTERNAL_ERROR, "something went wrong here, not in the request; the log says what"),
    ],
    "/models/{name}": [
        (_MODEL[errors.UnknownModel], 'no model is named "sine-lst"; did you mean sine-lstm?'),
    ],
    "/models/{name}/versions/{version}": [
        (_MODEL[errors.UnknownModel], "sine-lstm has no version 9; its newest are 1"),
        (_MODEL[errors.RefusedVersion], "sine-lstm@1 is not served: model.onnx can't be read"),
    ],
    "/readyz": [(problems.NOT_READY, "every model was refused; sine-lstm@1: model.onnx can't be read")],
}

# What an answer can hold.
_EVERYTHING: dict[str, Any] = {
    "model": "demand",
    "version": 1,
    "predictions": [4650.5, 4581.25],
    "timestamps": ["2012-01-31T14:00:00+11:00", "2012-01-31T14:30:00+11:00"],
    "intervals": {"80": {"lower": [4623.5, 4537.25], "upper": [4677.5, 4625.25]}},
    "warnings": [
        "the window holds values far outside those of training (trained on 2876.6 to 9345): the forecast may be far off"
    ],
}


def install(app: FastAPI, catalog: Callable[[], ModelStore]) -> None:
    """Make the app's OpenAPI document on first request, when the models are known."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, catalog())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI, catalog: ModelStore) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    schemas: dict[str, Any] = document["components"]["schemas"]
    for model in (PredictRequest, Problem):
        schema = model.model_json_schema(ref_template=_REFERENCES)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            for kind, detail in _ANSWERS.get(path, ()):
                _add_problem(operation["responses"], kind, detail)
    _fill_examples(document, catalog)
    return document


def _add_problem(responses: dict[str, Any], kind: ProblemType, detail: str) -> None:
    """Add an example of a problem to the answers of its status."""
    schema = {"$ref": _REFERENCES.format(model="Problem")}
    response = responses.setdefault(
        str(kind.status), {"description": kind.title, "content": {MEDIA_TYPE: {"schema": schema, "examples": {}}}}
    )
    example = Problem(type=f"urn:rollcast:problem:{kind.slug}", title=kind.title, status=kind.status, detail=detail)
    examples = response["content"][MEDIA_TYPE]["examples"]
    number = 1 + sum(each["value"]["type"] == example.type for each in examples.values())
    name = kind.slug if number == 1 else f"{kind.slug}-{number}"
    examples[name] = {"value": example.model_dump(exclude_none=True)}


def _fill_examples(document: dict[str, Any], catalog: ModelStore) -> None:
    """Put requests that work as they stand into the document, one for each model in service."""
    body: dict[str, Any] = {"schema": {"$ref": _REFERENCES.format(model="PredictRequest")}}
    predict = document["paths"]["/predict"]["post"]
    predict["requestBody"] = {"required": True, "content": {"application/json": body}}
    answers: dict[str, Any] = {"everything that an answer can hold": {"value": _EVERYTHING}}
    predict["responses"]["200"]["content"]["application/json"]["examples"] = answers
    served = sorted(catalog.opened.items())
    if not served:
        return
    body["examples"] = {
        name: {"summary": name, "value": example_request(name, opened.manifest)} for (name, _), opened in served
    }
    (name, version), opened = served[0]
    rows = opened.manifest.goldens[0].predictions[:5]
    answer = {"model": name, "version": version, "predictions": [row[0] if len(row) == 1 else row for row in rows]}
    answers[name] = {"summary": name, "value": answer}
    for operations in document["paths"].values():
        for parameter in operations.get("get", {}).get("parameters", ()):
            parameter["example"] = {"name": name, "version": str(version)}[parameter["name"]]
