"""The page of schemas: what requests and answers hold, field by field, from the OpenAPI document."""

from typing import Any

from docs.site.schema_words import Schema, bounds, without_null, words

_HEAD = """# Schemas

What requests and answers hold, from the OpenAPI document that the service answers at `/openapi.json`.
[The API](api.md) tells what it means, and [endpoints](api-endpoints.md) which of these each of them takes and answers.
"""


def page(document: dict[str, Any]) -> str:
    """Each schema as a table, in alphabetical order."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    return "\n".join([_HEAD, *(_section(name, schemas[name]) for name in sorted(schemas))])


def _section(name: str, schema: Schema) -> str:
    parts = [f"## {name}\n"]
    if "description" in schema:
        parts.append(f"{schema['description']}\n")
    if fields := schema.get("properties"):
        rows = [_row(field, told, required=field in schema.get("required", ())) for field, told in fields.items()]
        parts.append("\n".join(["| field | kind | |", "|---|---|---|", *rows, ""]))
    else:
        parts.append(f"{words(schema, '')}\n")
    return "\n".join(parts)


def _row(field: str, schema: Schema, *, required: bool) -> str:
    told = schema if required else without_null(schema)
    kind = words(told, "") + ("" if required else ", optional")
    description = " ".join(f"{told.get('description', '')} {bounds(told)}".split())
    return f"| `{field}` | {kind} | {description} |"
