"""A short cut around FastAPI's routing for endpoints that must be fast; everything else goes to FastAPI."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from service.dependencies import ServiceState
from service.http import problems

# Answers a request with JSON, as its documented route does, or with an answer that sends itself.
Endpoint = Callable[[Scope, Receive, ServiceState], Awaitable[bytes | Response]]


class FastPath:
    """An ASGI app: a table of endpoints by method and path before a FastAPI app.

    FastAPI's middleware and routing take longer than a small forecast. An endpoint runs the code that its documented
    route runs, and its errors are worded by the same handlers.
    """

    def __init__(self, app: FastAPI, endpoints: Mapping[tuple[str, str], Endpoint]) -> None:
        self.app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's lifespan."""
        if scope["type"] == "lifespan" and "connections" in scope.get("state", ()):
            self.app.state.connections = scope["state"]["connections"]
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            as_get = {**scope, "method": "GET"}  # the same answer; the protocol keeps its body back
            await self(as_get, receive, send)
            scope["route"] = as_get.get("route")  # what logs and metrics call it
            return
        endpoint = self._endpoints.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        try:
            body = await endpoint(scope, receive, self.app.state.rollcast)
        except (Exception, asyncio.CancelledError) as error:
            response = await problems.error_response(Request(scope), error)
            await response(scope, receive, send)
        else:
            if isinstance(body, Response):
                await body(scope, receive, send)
                return
            headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
