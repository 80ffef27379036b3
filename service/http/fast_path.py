"""A short cut around FastAPI's routing for endpoints that must be fast; everything else goes to FastAPI."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from fastapi import FastAPI, Request, Response
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from service.dependencies import ServiceState
from service.http import problems

# Answers a request with JSON, as its documented route does, or with an answer that sends itself.
Endpoint = Callable[[Scope, Receive, ServiceState], Awaitable[bytes | Response]]


class FastRoute(NamedTuple):
    """A route of the table; `path` is its template, as FastAPI's routes have it."""

    path: str
    method: str
    pattern: re.Pattern[str]
    endpoint: Endpoint


class FastPath:
    """An ASGI app: a table of endpoints by method and path, or template of paths, before a FastAPI app.

    FastAPI's middleware and routing take longer than a small forecast. An endpoint runs the code that its documented
    route runs, and its errors are worded by the same handlers.
    """

    def __init__(self, app: FastAPI, endpoints: Mapping[tuple[str, str], Endpoint]) -> None:
        self.app = app
        self._routes = {
            (method, path): FastRoute(path, method, compile_path(path)[0], endpoint)
            for (method, path), endpoint in endpoints.items()
        }
        self._templates = [route for route in self._routes.values() if "{" in route.path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's lifespan."""
        if scope["type"] == "lifespan" and "connections" in scope.get("state", ()):
            self.app.state.connections = scope["state"]["connections"]
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            as_get = {**scope, "method": "GET"}  # the same answer; the protocol keeps its body back
            await self(as_get, receive, send)
            scope["route"] = as_get.get("route")  # what logs and metrics call it
            return
        route = self._found(scope) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["app"], scope["route"] = self.app, route
        try:
            body = await route.endpoint(scope, receive, self.app.state.rollcast)
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

    def _found(self, scope: Scope) -> FastRoute | None:
        """The route of a request; what its template leaves open goes into the scope, as FastAPI has it."""
        method, path = scope["method"], scope["path"]
        if (route := self._routes.get((method, path))) is not None and "{" not in path:
            return route
        for route in self._templates:
            if method == route.method and (match := route.pattern.match(path)) is not None:
                scope["path_params"] = match.groupdict()
                return route
        return None
