"""The app: what it is made of, and what happens when it starts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from models.registry.registry import Registry
from models.spec.manifest import Manifest
from service.access.exposure import everybody_gets_in
from service.access.gate import Gate
from service.access.live_keys import LiveKeys
from service.connections.series import series_of
from service.connections.table import Connections, Limits
from service.dependencies import ServiceState
from service.dispatch.admission import Admission
from service.dispatch.dispatcher import Dispatcher
from service.http import openapi, problems
from service.http.entrance import Entrance
from service.http.fast_path import Endpoint, FastPath
from service.lifecycle.model_store import ModelStore
from service.lifecycle.registry_watcher import RegistryWatcher, on_hangup
from service.metrics import sources
from service.metrics.metrics import Metrics
from service.protocols import invocations, open_inference, schemas, tensorflow_serving
from service.protocols.documented import add_examples
from service.protocols.error_shapes import ErrorShapes, reword_document, with_routes
from service.protocols.nixtla import examples as nixtla_examples
from service.protocols.nixtla import routes as nixtla
from service.protocols.nixtla import schemas as nixtla_schemas
from service.protocols.timeseries import examples as timeseries_examples
from service.protocols.timeseries import routes as timeseries
from service.protocols.timeseries import schemas as timeseries_schemas
from service.routes import docs, health, metrics, models, page, plots, predict
from service.settings import Settings
from service.telemetry.middleware import telemetry_of

log = logging.getLogger("rollcast")

ROUTERS = (
    *(predict.router, models.router, plots.router, health.router),
    *(open_inference.router, open_inference.health, tensorflow_serving.router),
    *(nixtla.router, timeseries.router),
)
EXAMPLES = nixtla_examples.example_bodies, timeseries_examples.example_bodies
READ = *schemas.READ, *nixtla_schemas.READ, *timeseries_schemas.READ
FAST_PATHS: Mapping[tuple[str, str], Endpoint] = {
    ("POST", "/predict"): predict.answer,
    **{("POST", path): open_inference.answer for path in open_inference.INFER_PATHS},
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the FastAPI app; without settings, they are read from the environment.

    The models are loaded and replayed when the app starts, before it takes its first request; from then on the
    registry is watched for others.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = ModelStore(
            Registry.at(settings.registry), settings.preload, settings.open_bytes, settings.open_timeout_s
        )
        await anyio.to_thread.run_sync(store.start)
        dispatcher = Dispatcher(settings.threads)
        admission = Admission(settings.queue_s, dispatcher)
        counted: Metrics = app.state.metrics
        app.state.rollcast = ServiceState(settings, store, dispatcher, admission, counted)
        counted.sources += [
            partial(sources.of_engine, dispatcher),
            partial(sources.of_queues, admission, dispatcher),
            partial(sources.of_models, store),
            sources.of_process,
        ]
        counted.start()
        now = store.snapshot
        if now.loaded:
            log.info("serving %s", ", ".join(f"{name}@{number}" for name, number in sorted(now.loaded)))
        else:
            log.warning("nothing to serve yet from %s: %s", settings.registry, now.hint or "no model was opened")
        if everybody_gets_in(settings):
            log.warning(
                "everybody who reaches %s may use the service: make API keys (ROLLCAST_API_KEYS_FILE), or put a proxy "
                "before it that asks who they are",
                settings.host,
            )
        watcher = RegistryWatcher(store, settings.poll_s)
        watcher.start()
        try:
            with on_hangup(asyncio.get_running_loop(), watcher.wake):
                yield
        finally:
            counted.stop()
            watcher.stop()
            dispatcher.stop()

    app = FastAPI(
        title="rollcast",
        summary="Forecasts from recurrent networks: a window of recent values in, the next values out.",
        version=version("rollcast"),
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    if settings.docs:
        docs.install(app)
    app.state.connections = Connections(Limits.of(settings))  # the server puts its own in its place
    app.state.metrics = Metrics(settings.metrics_folder)
    app.state.metrics.sources.append(lambda: series_of(app.state.connections))
    for router in (*ROUTERS, invocations.router(settings)):
        app.include_router(router)
    if settings.metrics:
        app.include_router(metrics.router)
    page.install(app, settings)

    problems.install(app)
    shapes = with_routes(settings.predict_route, settings.health_route)

    def finish(document: dict[str, Any], served: Sequence[Manifest]) -> None:
        add_examples(document, served, EXAMPLES)
        reword_document(shapes, document)

    more, keys = openapi.More(READ, finish), settings.api_keys_file is not None
    openapi.install(app, lambda: app.state.rollcast.models.snapshot, more, keys=keys)
    return app


def create_server_app(settings: Settings | None = None) -> ASGIApp:
    """The app as it is served; without settings, they are read from the environment."""
    settings = settings or Settings()
    return as_served(create_app(settings), settings)


def as_served(app: FastAPI, settings: Settings) -> ASGIApp:
    """An app with all that stands before its routes.

    Raises KeyFileError where keys are asked for and not there, and RollcastError where tracing lacks its extra.
    """
    routes = settings.predict_route, settings.health_route
    # Behind the keys: nobody without one takes a place.
    served: ASGIApp = Entrance(FastPath(app, FAST_PATHS), app, settings.health_route)
    if settings.api_keys_file is not None:
        served = Gate(served, LiveKeys(settings.api_keys_file), settings.key_rate_per_s, *routes)
    served = ErrorShapes(served, with_routes(*routes))
    if settings.cors_origins:
        served = _shared_with(settings.cors_origins.split(","), served)
    return telemetry_of(settings, served, {path for _, path in FAST_PATHS}, app.state.metrics)


def _shared_with(origins: Sequence[str], app: ASGIApp) -> ASGIApp:
    """The app, usable from pages of other origins; they send keys as headers, so browsers' credentials stay out."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["Authorization", "Content-Type", "Traceparent", "X-API-Key", "X-Request-ID"],
        expose_headers=["Retry-After", "WWW-Authenticate", "X-Request-ID"],
    )
