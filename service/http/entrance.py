"""What every request meets first: the turnstile, which health passes by."""

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from models.errors import Overloaded
from service.dispatch.turnstile import Turnstile
from service.http import problems

# What an operator's probes ask for must be answered when nothing else is. They cost little and hold nothing up.
PASS_BY = frozenset({"/healthz", "/readyz", "/metrics"})


class Entrance:
    """An ASGI app: another, entered through the admission's turnstile; who finds too many before it gets a 503."""

    def __init__(self, served: ASGIApp, app: FastAPI) -> None:
        self._served, self._app = served, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's lifespan."""
        if scope["type"] == "http" and scope["path"] not in PASS_BY:
            turnstile: Turnstile = self._app.state.rollcast.admission.turnstile
            try:
                if not turnstile.passes():
                    await turnstile.wait()
            except Overloaded as error:
                response = await problems.error_response(Request(scope), error)
                await response(scope, receive, send)
                return
        await self._served(scope, receive, send)
