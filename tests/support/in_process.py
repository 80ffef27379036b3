"""The service running in process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from service.app import create_server_app
from service.settings import Settings

Client = httpx.AsyncClient


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Client]:
    """A client of the service running in process; ASGITransport leaves start-up to us."""
    server_app = create_server_app(settings)
    async with server_app.app.router.lifespan_context(server_app.app):
        transport = httpx.ASGITransport(server_app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://rollcast") as client:
            yield client
