"""The OpenAPI document: every error that can be answered, and examples made from the models in service."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from models.references import Reference
from models.spec.example_request import example_request
from models.spec.manifest import Manifest
from service.http.openapi_security import add_security
from service.lifecycle.snapshot import Snapshot
from service.schemas.predict import PredictRequest
from service.schemas.problem import Problem

_REFERENCES = "#/components/schemas/{model}"

_PARAMETERS = {
    "name": "A model's name, as `GET /models` lists them.",
    "model": "A model's name, optionally with @ and a version or an alias.",
    "version": "One of its versions.",
    "label": "One of its aliases.",
    "plot": "A picture's name, as the card lists them in `plots`.",
}

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


class More(NamedTuple):
    """What protocols add: schemas of what they read, and the last word on the document, with the models in service."""

    schemas: Sequence[type[BaseModel]] = ()
    finish: Callable[[dict[str, Any], Sequence[Manifest]], None] = lambda _, __: None


def install(app: FastAPI, models: Callable[[], Snapshot], more: More, *, keys: bool) -> None:
    """Make the app's OpenAPI document when it is asked for, and anew when it would name other models by then.

    `keys` tells that requests need API keys.
    """
    named: list[str] = []

    def openapi() -> dict[str, Any]:
        now = models()
        served, label = _served(now), _label(now)
        titles = [*(manifest.title for manifest in served), str(label)]
        if app.openapi_schema is None or named != titles:
            named[:] = titles
            app.openapi_schema = _document(app, more.schemas)
            _fill_examples(app.openapi_schema, served, label)
            if keys:
                add_security(app.openapi_schema)
            more.finish(app.openapi_schema, served)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _served(now: Snapshot) -> list[Manifest]:
    """For each open name the version that serves it: what the bare name means, else its newest that is open."""
    newest = {name: model.manifest for (name, _), model in sorted(now.loaded.items())}
    meant = {name: now.loaded.get((name, now.meanings[name].get(None, 0))) for name in newest}
    return [model.manifest if (model := meant[name]) else manifest for name, manifest in newest.items()]


def _label(now: Snapshot) -> Reference | None:
    """An alias of an open version."""
    for name, means in now.meanings.items():
        for alias, version in means.items():
            if alias is not None and (name, version) in now.loaded:
                return Reference(name, alias=alias)
    return None


def _document(app: FastAPI, read: Sequence[type[BaseModel]]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    schemas: dict[str, Any] = document["components"]["schemas"]
    models: Sequence[type[BaseModel]] = (PredictRequest, Problem, *read)
    for model in models:
        schema = model.model_json_schema(ref_template=_REFERENCES)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    # FastAPI's own shape of a bad request is never answered.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in document["paths"].values():
        for operation in operations.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
            for parameter in operation.get("parameters", ()):
                parameter["description"] = _PARAMETERS.get(parameter["name"], "")
    return document


def _fill_examples(document: dict[str, Any], served: Sequence[Manifest], label: Reference | None) -> None:
    """Put requests that work as they stand into the document, one for each model in service."""
    body: dict[str, Any] = {"schema": {"$ref": _REFERENCES.format(model="PredictRequest")}}
    predict = document["paths"]["/predict"]["post"]
    predict["requestBody"] = {"required": True, "content": {"application/json": body}}
    answers: dict[str, Any] = {"everything that an answer can hold": {"value": _EVERYTHING}}
    predict["responses"]["200"]["content"]["application/json"]["examples"] = answers
    if not served:
        return
    body["examples"] = {each.name: {"summary": each.name, "value": example_request(each.name, each)} for each in served}
    first = served[0]
    rows = [row[0] if len(row) == 1 else row for row in first.goldens[0].predictions[:5]]
    answer = {"model": first.name, "version": first.version, "predictions": rows}
    answers[first.name] = {"summary": first.name, "value": answer}
    for operations in document["paths"].values():
        for operation in operations.values():
            parameters = operation.get("parameters", ())
            known = {"name": first.name, "model": first.name, "version": str(first.version), "plot": "loss.png"}
            if any(parameter["name"] == "label" for parameter in parameters):
                known = {} if label is None else {"name": label.name, "label": str(label.alias)}
            for parameter in parameters:
                if parameter["name"] in known:
                    parameter["example"] = known[parameter["name"]]
