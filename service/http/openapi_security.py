"""What the OpenAPI document says of API keys: how they are sent, where they are needed, and how a refusal looks."""

from typing import Any

from service.http import problems

_SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, after the word Bearer."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
}
_REFUSALS = problems.documented(
    (problems.UNAUTHORIZED, "this needs an API key: send an API key in one header"),
    (problems.FORBIDDEN, "the API key dashboard may not do this: it needs the scope predict, and has read"),
    (problems.RATE_LIMITED, "the API key dashboard may ask 5 times a second; ask again in 1 s"),
)


def add_security(document: dict[str, Any]) -> None:
    """Say that all operations but those on health need a key."""
    document["components"]["securitySchemes"] = _SCHEMES
    document["security"] = [{name: []} for name in _SCHEMES]
    for operations in document["paths"].values():
        for operation in operations.values():
            if "health" in operation["tags"]:
                operation["security"] = []
            else:
                operation["responses"] |= {str(status): refusal for status, refusal in _REFUSALS.items()}
