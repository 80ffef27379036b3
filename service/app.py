"""The FastAPI app: what it is made of, and what happens when it starts."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.responses import RedirectResponse

from models.registry.registry import Registry
from service.dependencies import ServiceState
from service.dispatcher import Dispatcher
from service.http import openapi, problems
from service.model_store import ModelStore
from service.routes import health, predict
from service.routes import models as registry_routes
from service.settings import Settings

log = logging.getLogger("rollcast")


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the app; without settings, they are read from the environment.

    The models are loaded and replayed when the app starts, before it takes its first request.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        catalog = ModelStore(Registry(settings.registry), settings.preload, settings.open_bytes)
        await anyio.to_thread.run_sync(catalog.load)
        dispatcher = Dispatcher(settings.threads)
        app.state.rollcast = ServiceState(settings, catalog, dispatcher)
        if catalog.opened:
            log.info("serving %s", ", ".join(f"{name}@{number}" for name, number in sorted(catalog.opened)))
        else:
            log.warning("nothing to serve yet from %s: %s", settings.registry, catalog.hint or "no model was opened")
        try:
            yield
        finally:
            dispatcher.stop()

    # Its scripts for /docs come from a package, so that the page works on a closed network.
    app = FastAPIOffline(
        title="rollcast",
        summary="Forecasts from recurrent networks: a window of recent values in, the next values out.",
        version=version("rollcast"),
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    for module in (predict, registry_routes, health):
        app.include_router(module.router)

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("docs")

    problems.install(app)
    openapi.install(app, lambda: app.state.rollcast.catalog)
    return app
