"""What every protocol's routes do: name a model, read a body of whatever kind, and have it answered."""

import asyncio
import math
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from models.errors import InvalidName, UnknownModel
from models.references import Reference, parse_reference
from service import serving
from service.dependencies import ServiceState, state_of
from service.exchange import Question, exchange
from service.http import problems
from service.http.body import read_any
from service.lifecycle.snapshot import LoadedModel

T = TypeVar("T")


def reference_of(name: str, version: str | None = None) -> Reference:
    """The model that a path names, `version` a number or an alias. Raises UnknownModel where none can be named so."""
    try:
        return parse_reference(name if version is None else f"{name}@{version}")
    except InvalidName as error:
        raise UnknownModel(str(error)) from None


async def opened(reference: Reference, state: ServiceState) -> LoadedModel:
    """The model that a reference means, opened where it was not. Raises RollcastError."""
    try:
        return await serving.model_of(reference, state)
    except asyncio.CancelledError:  # FastAPI has no handler for it, as it is no Exception
        raise problems.ProblemException(problems.STOPPING, problems.STOPS) from None


async def ask(
    request: Request,
    read: Callable[[bytes], Question[T]],
    json_length: int | None = None,
    at_most_s: float = math.inf,
) -> T:
    """Answer a request whose body `read` makes a question of; its first `json_length` bytes are JSON, or all of them.

    It is given up after `at_most_s`, where the settings would wait longer. Raises RollcastError, ProblemException and
    pydantic's ValidationError, for service/http/problems.py to word.
    """
    state = state_of(request)
    try:
        body = await read_any(request.scope, request.receive, state.settings.max_body_bytes)
        return await exchange(body, request.receive, state, read, json_length, at_most_s)
    except asyncio.CancelledError:
        raise problems.ProblemException(problems.STOPPING, problems.STOPS) from None
