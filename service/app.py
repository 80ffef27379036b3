"""The app: what it is made of, and what happens when it starts."""

import logging
from collections.abc import AsyncIterator, Mapping
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
from service.http.fast_path import Endpoint, FastPath
from service.model_store import ModelStore
from service.routes import health, models, predict
from service.settings import Settings

log = logging.getLogger("rollcast")

ROUTERS = (predict.router, models.router, health.router)
FAST_PATHS: Mapping[tuple[str, str], Endpoint] = {("POST", "/predict"): predict.answer}


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the FastAPI app; without settings, they are read from the environment.

    The models are loaded and replayed when the app starts, before it takes its first request.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = ModelStore(Registry.at(settings.registry), settings.preload, settings.open_bytes)
        await anyio.to_thread.run_sync(store.preload)
        dispatcher = Dispatcher(settings.threads)
        app.state.rollcast = ServiceState(settings, store, dispatcher)
        if store.loaded:
            log.info("serving %s", ", ".join(f"{name}@{number}" for name, number in sorted(store.loaded)))
        else:
            log.warning("nothing to serve yet from %s: %s", settings.registry, store.hint or "no model was opened")
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
    for router in ROUTERS:
        app.include_router(router)

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("docs")

    problems.install(app)
    openapi.install(app, lambda: app.state.rollcast.models)
    return app


def create_server_app(settings: Settings | None = None) -> FastPath:
    """The app as it is served, with its fast paths; without settings, they are read from the environment."""
    return FastPath(create_app(settings), FAST_PATHS)
