"""Schemas in words, as readers of the reference get them."""

from typing import Any

import pytest

from docs.site.schema_words import bounds, without_null, words

NUMBERS = {"type": "array", "items": {"type": "number"}}


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "integer"}, "whole number"),
        (NUMBERS, "list of numbers"),
        ({"type": "array", "items": NUMBERS}, "list of lists of numbers"),
        ({"type": "array", "items": {}}, "list"),
        ({}, "anything"),
        ({"anyOf": [{"type": "string"}, NUMBERS]}, "text or list of numbers"),
        ({"type": "array", "items": {"type": ["number", "null"]}}, "list of (numbers or nulls)"),
        ({"oneOf": [{"type": "string", "maxLength": 3}, {"type": "string"}]}, "text"),
        ({"type": "object", "additionalProperties": True}, "object"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object with whole numbers"),
        ({"$ref": "#/components/schemas/ModelCard"}, "[ModelCard](page.md#modelcard)"),
        ({"const": "alive", "type": "string"}, '`"alive"`'),
        ({"enum": ["FP64", "BYTES"], "type": "string"}, '`"FP64"` or `"BYTES"`'),
    ],
)
def test_a_kind_is_told_in_words(schema: dict[str, Any], told: str) -> None:
    assert words(schema, "page.md") == told


def test_what_may_be_left_out_is_not_told_to_be_null() -> None:
    one = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "description": "Steps."}
    assert without_null(one) == {"type": "integer", "minimum": 1, "description": "Steps."}
    two = {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}
    assert without_null(two) == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert without_null({"type": "null"}) == {"type": "null"}


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "number"}, ""),
        ({"minimum": 1.0, "default": 1}, "At least 1, `1` unless given."),
        ({"exclusiveMinimum": 0.5, "maximum": 2}, "At most 2, above 0.5."),
        ({"minItems": 1, "maxItems": 10, "default": []}, "1 to 10 items."),
        ({"minItems": 1, "maxLength": 3}, "At most 3 characters, at least 1 item."),
        ({"pattern": "^[a-z]$"}, "Matches `^[a-z]$`."),
        ({"default": False}, "`false` unless given."),
        ({"default": None}, ""),
    ],
)
def test_bounds_are_a_sentence(schema: dict[str, Any], told: str) -> None:
    assert bounds(schema) == told
