"""The service running in process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from service.app import as_served, create_app
from service.settings import Settings

Client = httpx.AsyncClient
PATIENCE_S = 30.0


@asynccontextmanager
async def running(settings: Settings, *, preloaded: bool = True) -> AsyncIterator[Client]:
    """A client of the service running in process; ASGITransport leaves start-up to us.

    With `preloaded`, what opens after the champions is open as well.
    """
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        if preloaded:
            await asyncio.to_thread(app.state.rollcast.models.preloaded.wait, PATIENCE_S)
        transport = httpx.ASGITransport(as_served(app, settings), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://rollcast") as client:
            yield client
