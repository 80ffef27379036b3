"""What the running service holds, and how a route gets at it."""

from typing import NamedTuple, cast

import anyio
from fastapi import Request

from service.catalog import Catalog
from service.settings import Settings


class State(NamedTuple):
    """The settings, the models, and the limit on how many threads compute at once."""

    settings: Settings
    catalog: Catalog
    compute: anyio.CapacityLimiter


def state_of(request: Request) -> State:
    """The running service's state; it is there before the first request is taken."""
    return cast(State, request.app.state.rollcast)
