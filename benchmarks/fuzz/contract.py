"""What the OpenAPI document promises of an answer, and in what an answer breaks it."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import jsonschema_rs

MAX_REFUSAL_BYTES = 4096
NO_HTTP = (400, 408, 414, 431)
PROBLEM = "application/problem+json"
# Other protocols have errors of their own: a JSON object of texts, one of which is called so.
OTHER_PROTOCOLS = ("/v1", "/v2", "/invocations", "/ping", "/model_params", "/validate_api_key")
OTHER_ERRORS = frozenset({"error", "error_code", "detail", "message"})


class Reply(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Contract:
    """The OpenAPI document, ready to judge answers."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._paths = document["paths"]
        schemas = document["components"]
        # Each documented answer's media types, with what judges its form: none where that is no JSON.
        self._answers: dict[tuple[str, str, int], dict[str, Any]] = {}
        for path, operations in self._paths.items():
            for method, operation in operations.items():
                for status, response in operation["responses"].items():
                    known = self._answers[method.upper(), path, int(status)] = {}
                    for name, media in response.get("content", {}).items():
                        schema = {**media.get("schema", {}), "components": schemas}
                        known[name] = jsonschema_rs.validator_for(schema) if name.endswith("json") else None
        problem = {"$ref": "#/components/schemas/Problem", "components": schemas}
        self._problem = jsonschema_rs.validator_for(problem)

    def violation(self, method: str, path: str | None, reply: Reply) -> str | None:
        """What an answer breaks, in a few words; `path` is the template of a documented path, or None.

        A documented operation answers with a documented status, and its JSON has the documented form; whatever is not
        documented is refused, by a problem document of at most `MAX_REFUSAL_BYTES`. Below the paths of another
        protocol, and where no path is documented, that protocol's error will do.
        """
        if reply.status >= 500:
            return f"status {reply.status}"
        if reply.status >= 400:
            return self._refusal(method, path, reply)
        if path is None:
            return f"status {reply.status} where nothing is documented"
        known = self._answers.get((method, path, reply.status))
        if known is None:
            return f"status {reply.status} is not documented"
        media_type = reply.headers.get("content-type", "").partition(";")[0]
        if media_type not in known:
            return f"{reply.status} is {media_type}, which is not documented"
        return None if known[media_type] is None else self._form(known[media_type], reply)

    def _refusal(self, method: str, path: str | None, reply: Reply) -> str | None:
        if len(reply.body) > MAX_REFUSAL_BYTES:
            return f"{reply.status} with {len(reply.body)} bytes"
        other = path is None or path.startswith(OTHER_PROTOCOLS)
        if not (reply.headers.get("content-type") == PROBLEM or (other and _is_other_error(reply))):
            return f"{reply.status} is {reply.headers.get('content-type')}, no problem document"
        # What is no HTTP is refused before it is known which operation was meant, and the connection ends.
        no_http = reply.status in NO_HTTP and reply.headers.get("connection") == "close"
        undocumented = path is not None and (method, path, reply.status) not in self._answers
        if undocumented and not no_http and reply.status not in (404, 405):
            return f"status {reply.status} is not documented"
        return self._form(self._problem, reply) if reply.headers.get("content-type") == PROBLEM else None

    def _form(self, validator: Any, reply: Reply) -> str | None:
        try:
            content = json.loads(reply.body, parse_constant=_refuse)
        except ValueError as error:
            return f"{reply.status} is no JSON: {error}"
        broken = next(validator.iter_errors(content), None)
        return None if broken is None else f"{reply.status} has not its form: {broken.message[:200]}"


def _is_other_error(reply: Reply) -> bool:
    """Whether an answer tells its error as other protocols do."""
    if reply.headers.get("content-type") != "application/json":
        return False
    try:
        content = json.loads(reply.body, parse_constant=_refuse)
    except ValueError:
        return False
    return isinstance(content, dict) and bool(OTHER_ERRORS & content.keys())


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")
