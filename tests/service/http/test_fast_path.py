"""The short cut around FastAPI: who takes it, and that nobody can tell."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from starlette.types import Message, Receive, Scope

from models.errors import InvalidWindow
from service.dependencies import ServiceState
from service.http import problems
from service.http.fast_path import FastPath
from service.http.problems import BODY_TOO_LARGE, ProblemException

pytestmark = pytest.mark.anyio


def plain_app(told: list[str] | None = None) -> FastAPI:
    """An app that answers every path and method with their names, and tells of its lifespan; its state is a text."""
    told = [] if told is None else told

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        told.append("began")
        yield
        told.append("ended")

    app = FastAPI(lifespan=lifespan)
    app.state.rollcast = "the state"

    @app.api_route("/{path:path}", methods=["GET", "POST", "HEAD"])
    async def slow(request: Request) -> dict[str, str]:
        return {"slow": f"{request.method} {request.url.path}"}

    problems.install(app)
    return app


def served(endpoint: Any, app: FastAPI | None = None) -> httpx.AsyncClient:
    """A client of an app with one fast path, POST /fast."""
    fast_path = FastPath(app or plain_app(), {("POST", "/fast"): endpoint})
    transport = httpx.ASGITransport(fast_path, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://rollcast")


async def quick(_: Scope, receive: Receive, state: ServiceState) -> bytes:
    """Answers with what was sent, beside the state."""
    body = (await receive())["body"]
    return b'{"fast": "%s", "state": "%s"}' % (body, str(state).encode())


async def test_a_template_leaves_names_open() -> None:
    async def named(scope: Scope, _: Receive, state: ServiceState) -> bytes:
        told = [scope["path_params"], scope["route"].path, state, scope["app"].state.rollcast]
        return json.dumps(told).encode()

    path = "/things/{name}/versions/{version}"
    fast_path = FastPath(plain_app(), {("POST", path): named})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(fast_path), base_url="http://rollcast") as client:
        told = (await client.post("/things/a%20b/versions/3")).json()
        others = [
            await client.post(f"/things/{rest}") for rest in ("a", "a/versions/", "a/b/versions/3", "a/versions/3/")
        ]
        others.append(await client.get("/things/a/versions/3"))
        literal = await client.post("/things/%7Bname%7D/versions/%7Bversion%7D")
    assert told == [{"name": "a b", "version": "3"}, path, "the state", "the state"]
    assert ["slow" in each.json() for each in others] == [True] * 5
    assert literal.json()[0] == {"name": "{name}", "version": "{version}"}


async def test_an_endpoint_gets_the_request_and_the_state_and_its_bytes_are_the_answer() -> None:
    async with served(quick) as client:
        answer = await client.post("/fast?x=1", content=b"hello")
    assert answer.status_code == 200
    assert answer.content == b'{"fast": "hello", "state": "the state"}'
    assert dict(answer.headers) == {"content-length": "39", "content-type": "application/json"}


async def test_an_endpoint_gets_the_scope() -> None:
    async def echo(scope: Scope, _: Receive, __: ServiceState) -> bytes:
        return b'"%s"' % scope["query_string"]

    async with served(echo) as client:
        assert (await client.post("/fast?horizon=3")).json() == "horizon=3"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/fast"), ("POST", "/fast/"), ("POST", "/fast/er"), ("POST", "/FAST"), ("POST", "/"), ("GET", "/other")],
)
async def test_every_other_method_and_path_is_the_app_s(method: str, path: str) -> None:
    async with served(quick) as client:
        assert (await client.request(method, path)).json() == {"slow": f"{method} {path}"}


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (InvalidWindow("it is too short", ("window",)), 422, "window: it is too short"),
        (ProblemException(BODY_TOO_LARGE, "send less", {"Connection": "close"}), 413, "send less"),
        (ZeroDivisionError("swordfish"), 500, "something went wrong here, not in the request; the log says what"),
    ],
)
async def test_an_error_is_worded_as_the_app_words_it(error: Exception, status: int, detail: str) -> None:
    async def fail(*_: object) -> bytes:
        raise error

    app = plain_app()

    @app.put("/slow")
    async def slow() -> None:
        raise error

    async with served(fail, app) as client:
        answer, other = await client.post("/fast"), await client.put("/slow")
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.content, answer.headers) == (other.content, other.headers)


async def test_a_request_that_is_cancelled_is_told_that_the_service_is_stopping() -> None:
    begun = asyncio.Event()

    async def never(*_: object) -> bytes:
        begun.set()
        await asyncio.Event().wait()
        return b""

    async with served(never) as client:
        waiting = asyncio.create_task(client.post("/fast"))
        async with asyncio.timeout(10):
            await begun.wait()
            waiting.cancel()
            answer = await waiting
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:rollcast:problem:stopping",
        "title": "Stopping",
        "status": 503,
        "detail": "the service is stopping; ask again in a moment",
    }


async def test_the_app_s_lifespan_passes_through() -> None:
    told: list[str] = []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        told.append(message["type"])

    scope = {"type": "lifespan", "state": {}}
    await FastPath(plain_app(told), {("POST", "/fast"): quick})(scope, receive, send)
    assert told == ["began", "lifespan.startup.complete", "ended", "lifespan.shutdown.complete"]


async def test_what_is_not_http_is_the_app_s_whatever_its_path() -> None:
    app = plain_app()

    @app.websocket("/fast")
    async def chat(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close(4000)

    scope = {"type": "websocket", "path": "/fast", "method": "POST", "headers": [], "query_string": b""}
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await FastPath(app, {("POST", "/fast"): quick})(scope, receive, send)
    assert sent == ["websocket.accept", "websocket.close"]
