"""The page of endpoints: what each path takes, its answers and its errors, from the OpenAPI document."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from docs.site.schema_words import words

_SCHEMAS = "api-schemas.md"
_HEAD = """# Endpoints

Every path of the service, from the OpenAPI document that it answers at `/openapi.json`, with examples of the models
that come with rollcast. [The API](api.md) tells what fields mean and how errors look, [schemas](api-schemas.md) lists
every field. `HEAD` is answered wherever `GET` is.
"""
# What groups are called where it is more than a capital.
_TITLES = {
    "open inference protocol": "Open Inference Protocol",
    "tensorflow serving, kserve v1": "TensorFlow Serving, KServe V1",
    "mlflow, sagemaker, vertex ai": "MLflow, SageMaker, Vertex AI",
    "kserve time series": "KServe time series",
}


def page(document: dict[str, Any]) -> str:
    """Each operation, below the group that it belongs to."""
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = "\n".join([f"### {method.upper()} {path}\n", *_operation(operation)])
            groups.setdefault(operation["tags"][0], []).append(told)
    return "\n".join(
        [_HEAD, *(f"## {_TITLES.get(tag, tag.capitalize())}\n\n" + "\n".join(told) for tag, told in groups.items())]
    )


def _operation(operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"**{operation['summary'].rstrip('.')}**\n"
    yield f"{operation['description']}\n"
    if parameters := operation.get("parameters"):
        yield "| parameter | in | kind | |\n|---|---|---|---|"
        for each in parameters:
            example = f" Such as `{each['example']}`." if "example" in each else ""
            kind = words(each["schema"], _SCHEMAS) + ("" if each.get("required") else ", optional")
            yield f"| `{each['name']}` | {each['in']} | {kind} | {each.get('description', '')}{example} |"
        yield ""
    if "requestBody" in operation:
        yield from _body("Takes", operation["requestBody"]["content"])
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            yield from _body(f"Answers {status}", answer.get("content", {}), answer["description"])
    yield from _errors(operation["responses"])


def _body(what: str, content: Mapping[str, Any], description: str = "") -> Iterator[str]:
    said = "" if description in ("", "Successful Response") else f" {description}"
    kinds = [f"`{kind}`{_held_by(told)}" for kind, told in content.items()]
    yield f"{what}: {', or '.join(kinds) or 'no body'}.{said}\n"
    for kind, told in content.items():
        if (example := _example(told)) is not None:
            language = "json" if kind == "application/json" else "text"
            text = example.rstrip("\n") if isinstance(example, str) else compact(example)
            yield f"```{language}\n{text}\n```\n"


def _held_by(told: Mapping[str, Any]) -> str:
    return f", {words(told['schema'], _SCHEMAS)}" if "$ref" in told.get("schema", {}) else ""


def _example(told: Mapping[str, Any]) -> Any:
    examples = list(told.get("examples", {}).values())
    return told.get("example", examples[0]["value"] if examples else None)


def _errors(responses: Mapping[str, Any]) -> Iterator[str]:
    errors = {status: answer for status, answer in sorted(responses.items()) if int(status) >= 400}
    if not errors:
        return
    shapes = {f"`{kind}`{_held_by(told)}" for each in errors.values() for kind, told in each["content"].items()}
    yield f"Errors: {', or '.join(sorted(shapes))}.\n"
    yield "| status | error | such as |\n|---|---|---|"
    for status, answer in errors.items():
        for told in answer["content"].values():
            for name, example in told["examples"].items():
                slug = re.sub(r"-\d+$", "", name)
                yield f"| {status} | `{slug}` | {_said(example['value'])} |"
    yield ""


def _said(error: Mapping[str, Any]) -> str:
    """An error's sentence, whatever the protocol calls it."""
    text = next(error[name] for name in ("detail", "message", "error") if name in error)
    return str(text).replace("|", "\\|").replace("<", "&lt;")


def compact(value: Any) -> str:
    """JSON with an object's fields on lines of their own and lists of plain values on one."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
