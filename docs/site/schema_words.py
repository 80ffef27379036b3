"""JSON Schemas in words: `list of numbers`, `object with texts`, and the bounds of a value."""

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_WORDS = {
    "string": ("text", "texts"),
    "number": ("number", "numbers"),
    "integer": ("whole number", "whole numbers"),
    "boolean": ("boolean", "booleans"),
    "null": ("null", "nulls"),
    "object": ("object", "objects"),
    "array": ("list", "lists"),
}
_EXCLUSIVE = {"exclusiveMinimum": "above", "exclusiveMaximum": "below"}
_RANGES = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " names"),
)


def words(schema: Schema, place: str, *, many: bool = False) -> str:
    """What kind of value a schema takes, in Markdown; `place` is the page that references link to."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}]({place}#{name.lower()})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(each)}`" for each in schema["enum"])
    if branches := _branches(schema):
        # "list of numbers or list of texts" is one kind to a reader who sees it twice.
        told = list(dict.fromkeys(words(each, place, many=many) for each in branches))
        return f"({' or '.join(told)})" if many and len(told) > 1 else " or ".join(told)
    kind = schema.get("type")
    if isinstance(kind, list):
        return words({"anyOf": [{**schema, "type": each} for each in kind]}, place, many=many)
    if kind == "array" and schema.get("items"):
        return f"{_WORDS['array'][many]} of {words(schema['items'], place, many=True)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"{_WORDS['object'][many]} with {words(schema['additionalProperties'], place, many=True)}"
    return _WORDS[kind][many] if kind else "anything"


def without_null(schema: Schema) -> Schema:
    """What may come in place of null: an optional field is left out instead."""
    branches = [each for each in _branches(schema) if each.get("type") != "null"]
    if not branches or len(branches) == len(_branches(schema)):
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
    return {**rest, **branches[0]} if len(branches) == 1 else {**rest, "anyOf": branches}


def bounds(schema: Schema) -> str:
    """The bounds of a value as a sentence, or nothing."""
    told = [text for each in _RANGES if (text := _range(schema, *each))]
    told += [f"{word} {_number(schema[key])}" for key, word in _EXCLUSIVE.items() if key in schema]
    if "pattern" in schema:
        told.append(f"matches `{schema['pattern']}`")
    if schema.get("default") not in (None, [], {}) and "const" not in schema:
        told.append(f"`{json.dumps(schema['default'])}` unless given")
    sentence = ", ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}." if told else ""


def _range(schema: Schema, lower: str, upper: str, noun: str) -> str:
    least, most = (_number(schema[key]) if key in schema else None for key in (lower, upper))
    if least is not None and most is not None:
        return f"{least} to {most}{noun}"
    if least is not None:
        return f"at least {least}{noun.removesuffix('s') if least == 1 else noun}"
    return "" if most is None else f"at most {most}{noun.removesuffix('s') if most == 1 else noun}"


def _branches(schema: Schema) -> list[Schema]:
    return [*schema.get("anyOf", ()), *schema.get("oneOf", ())]


def _number(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
