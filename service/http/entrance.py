"""What every request meets first: the turnstile, which health passes by."""

import asyncio
from collections.abc import Awaitable

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from models.errors import Overloaded
from service.dispatch.turnstile import Turnstile
from service.http import problems
from service.http.health_paths import with_route

# What an operator's probes ask for must be answered when nothing else is. They cost little and hold nothing up.
METRICS = frozenset({"/metrics"})


class Entrance:
    """An ASGI app: another, entered through the admission's turnstile; who finds too many before it gets a 503."""

    def __init__(self, served: ASGIApp, app: FastAPI, health_route: str | None = None) -> None:
        """`health_route` is a further health check, as a platform names it."""
        self._served, self._app = served, app
        self._pass_by = with_route(health_route) | METRICS

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request, or the app's lifespan. No coroutine of its own where nobody waits: that costs time."""
        if scope["type"] == "http" and scope["path"] not in self._pass_by:
            turnstile: Turnstile = self._app.state.rollcast.admission.turnstile
            if not turnstile.passes():
                return self._served_later(turnstile, scope, receive, send)
        return self._served(scope, receive, send)

    async def _served_later(self, turnstile: Turnstile, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await turnstile.wait()
        except (Overloaded, asyncio.CancelledError) as error:
            response = await problems.error_response(Request(scope), error)
            await response(scope, receive, send)
        else:
            await self._served(scope, receive, send)
