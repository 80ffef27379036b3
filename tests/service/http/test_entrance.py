"""What meets a request first."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from models.errors import Overloaded
from service.http.entrance import Entrance

pytestmark = pytest.mark.anyio


class Closed:
    """A turnstile that lets nobody in."""

    def passes(self) -> bool:
        return False

    async def wait(self) -> None:
        raise Overloaded("too much waits", 3)


class Busy(Closed):
    """A turnstile at which everybody waits."""

    waited = 0

    async def wait(self) -> None:
        self.waited += 1


class Admission:
    def __init__(self, turnstile: Closed) -> None:
        self.turnstile = turnstile


class State:
    def __init__(self, turnstile: Closed) -> None:
        self.admission = Admission(turnstile)


def served(turnstile: Closed) -> httpx.AsyncClient:
    app = FastAPI()
    app.state.rollcast = State(turnstile)

    @app.get("/{path:path}")
    async def page(path: str) -> str:
        return path

    return httpx.AsyncClient(transport=httpx.ASGITransport(Entrance(app, app)), base_url="http://rollcast")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/ping", "/v2/health/live"])
async def test_health_passes_by(path: str) -> None:
    async with served(Closed()) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/predict", "/models", "/healthz/", "/v1/models"])
async def test_all_else_is_refused_where_too_many_wait(path: str) -> None:
    async with served(Closed()) as client:
        answer = await client.get(path)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:rollcast:problem:overloaded",
        "title": "Overloaded",
        "status": 503,
        "detail": "too much waits",
    }


async def test_who_has_waited_is_answered() -> None:
    turnstile = Busy()
    async with served(turnstile) as client:
        assert (await client.get("/models")).json() == "models"
    assert turnstile.waited == 1


class Shut(Closed):
    """A turnstile at which everybody waits until the service stops."""

    async def wait(self) -> None:
        await asyncio.Event().wait()


async def test_who_waits_when_the_service_stops_is_told_so() -> None:
    async with served(Shut()) as client:
        waiting = asyncio.create_task(client.get("/models"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        answer = await waiting
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rollcast:problem:stopping")


async def test_the_lifespan_passes_by() -> None:
    seen = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> None: ...

    await Entrance(app, FastAPI())({"type": "lifespan"}, nothing, nothing)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
