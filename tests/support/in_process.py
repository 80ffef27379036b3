"""The service running in process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from service.app import as_served, create_app
from service.settings import Settings

Client = httpx.AsyncClient


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Client]:
    """A client of the service running in process; ASGITransport leaves start-up to us."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(as_served(app, settings), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://rollcast") as client:
            yield client
