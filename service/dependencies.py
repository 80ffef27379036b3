"""What the running service holds, and how a route gets at it."""

from typing import NamedTuple, cast

from fastapi import Request

from service.dispatcher import Dispatcher
from service.model_store import ModelStore
from service.settings import Settings


class ServiceState(NamedTuple):
    """The settings, the models, and the way to the engine."""

    settings: Settings
    catalog: ModelStore
    dispatcher: Dispatcher


def state_of(request: Request) -> ServiceState:
    """The running service's state; it is there before the first request is taken."""
    return cast(ServiceState, request.app.state.rollcast)
