"""What the running service holds, and how a route gets at it."""

from typing import NamedTuple, cast

from fastapi import Request

from service.dispatcher import Dispatcher
from service.model_store import Catalog
from service.settings import Settings


class State(NamedTuple):
    """The settings, the models, and the way to the engine."""

    settings: Settings
    catalog: Catalog
    dispatcher: Dispatcher


def state_of(request: Request) -> State:
    """The running service's state; it is there before the first request is taken."""
    return cast(State, request.app.state.rollcast)
