"""The service running in process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from service.http.fast_path import create_front
from service.settings import Settings

Client = httpx.AsyncClient


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Client]:
    """A client of the service running in process; ASGITransport leaves start-up to us."""
    front = create_front(settings)
    async with front.app.router.lifespan_context(front.app):
        transport = httpx.ASGITransport(front, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://rollcast") as client:
            yield client
