"""What every protocol's routes do: name a model, read a body of whatever kind, and have it answered."""

import asyncio
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic_core import PydanticCustomError

from models.errors import InvalidName, UnknownModel
from models.references import Reference, parse_reference
from service import serving
from service.dependencies import ServiceState, state_of
from service.exchange import Question, exchange
from service.http import problems
from service.http.body import read_any
from service.lifecycle.snapshot import LoadedModel

T = TypeVar("T")


def refuse_unknown(sent: Mapping[str, Any], passed_over: Collection[str] = ()) -> None:
    """Raise PydanticCustomError where a field that nobody knows asks for something.

    Clients send more with each release, mostly defaults that ask for nothing: null, false, 0 or nothing in a list. What
    asks for more must not be passed over: its sender would take the answer for what was asked.
    """
    for name, value in sent.items():
        if value and name not in passed_over:
            raise PydanticCustomError(
                "unknown_field", "there is nothing of the kind here: leave it out", {"name": name}
            )


def reference_of(name: str, version: str | None = None) -> Reference:
    """The model that a path names, `version` a number or an alias. Raises UnknownModel where none can be named so."""
    try:
        return parse_reference(name if version is None else f"{name}@{version}")
    except InvalidName as error:
        raise UnknownModel(str(error)) from None


async def opened(reference: Reference | None, state: ServiceState) -> LoadedModel:
    """The model that a reference means, or the only one, opened where it was not. Raises RollcastError."""
    try:
        return await serving.model_of(reference, state)
    except asyncio.CancelledError:  # FastAPI has no handler for it, as it is no Exception
        raise problems.ProblemException(problems.STOPPING, problems.STOPS) from None


async def ask(
    request: Request,
    read: Callable[[bytes], Question[T]],
    json_length: int | None = None,
    at_most_s: float = math.inf,
    *,
    inflated: bool = False,
) -> T:
    """Answer a request whose body `read` makes a question of; its first `json_length` bytes are JSON, or all of them.

    It is given up after `at_most_s`, where the settings would wait longer. `inflated` takes zstd bodies too.
    Raises RollcastError, ProblemException and pydantic's ValidationError, for service/http/problems.py to word.
    """
    state = state_of(request)
    try:
        most = state.settings.max_inflated_bytes if inflated else None
        body = await read_any(request.scope, request.receive, state.settings.max_body_bytes, most)
        return await exchange(body, request.receive, state, read, json_length, at_most_s)
    except asyncio.CancelledError:
        raise problems.ProblemException(problems.STOPPING, problems.STOPS) from None
