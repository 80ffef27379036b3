"""The ASGI app that is served: POST /predict straight to its answer, everything else to FastAPI."""

import asyncio

from fastapi import FastAPI, Request
from starlette.types import Receive, Scope, Send

from service.app import create_app
from service.http import problems
from service.routes.predict import answer
from service.settings import Settings


class FastPath:
    """FastAPI with a short cut: its middleware and routing take longer than a small forecast.

    The short cut runs the code that the documented route runs, and words errors with the same handlers.
    """

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's lifespan."""
        if scope["type"] != "http" or scope["path"] != "/predict" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        try:
            body = await answer(scope, receive, self.app.state.rollcast)
        except asyncio.CancelledError:
            # The server stops and has waited long enough; whoever still waits is told so.
            stopping = problems.problem_response(problems.STOPPING, "the service is stopping; ask again in a moment")
            await stopping(scope, receive, send)
        except Exception as error:
            response = await problems.answer(Request(scope), error)
            await response(scope, receive, send)
        else:
            headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})


def create_front(settings: Settings | None = None) -> FastPath:
    """The service as it is served; without settings, they are read from the environment."""
    return FastPath(create_app(settings))
