"""What the running service holds, and how a route gets at it."""

from typing import Annotated, NamedTuple, cast

from fastapi import Depends, Request

from service.dispatch.admission import Admission
from service.dispatch.dispatcher import Dispatcher
from service.lifecycle.model_store import ModelStore
from service.metrics.metrics import Metrics
from service.settings import Settings


class ServiceState(NamedTuple):
    """The settings, the models, the way to the engine, who is let in, and what is counted."""

    settings: Settings
    models: ModelStore
    dispatcher: Dispatcher
    admission: Admission
    metrics: Metrics


def state_of(request: Request) -> ServiceState:
    """The running service's state; it is there before the first request is taken."""
    return cast(ServiceState, request.app.state.rollcast)


State = Annotated[ServiceState, Depends(state_of)]
