"""Running the service: its settings, its sockets, and one process or several."""

import copy
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from service.access.exposure import check_certificate
from service.http.security_headers import SECURITY_HEADERS
from service.lifecycle.leaving import openings_left_behind
from service.process import listeners
from service.process.garbage import search_nothing
from service.settings import Settings
from service.telemetry.tracing import check_extra


@openings_left_behind()
def serve(settings: Settings) -> None:
    """Serve until stopped by a signal; requests under way get `shutdown_timeout_s` to finish.

    Raises RollcastError where the address or the certificate can't be had, before models are loaded for nothing.
    """
    # Until a server takes signals itself: stopping is no failure, and for a hang-up there is nothing to do yet.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sockets = listeners.bind(settings.host, settings.port)
    check_certificate(settings)
    if settings.otel:
        check_extra()
    with shared_by_workers(settings) as settings:
        _serve(settings, sockets)


def _serve(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    # The app is made in the serving process, which with several workers is another one than this.
    os.environ.update(settings.as_environment())
    config = uvicorn.Config(
        "service.app:create_server_app",
        factory=True,
        interface="asgi3",
        ws="none",
        log_level=settings.log_level,
        log_config=_log_config(settings),
        access_log=False,
        server_header=False,
        headers=SECURITY_HEADERS,
        ssl_certfile=settings.ssl_certfile,
        ssl_keyfile=settings.ssl_keyfile,
        ssl_keyfile_password=settings.ssl_keyfile_password,
    )
    with suppress(KeyboardInterrupt):
        # Each loads what the other does without.
        if settings.workers > 1:
            from service.process.supervisor import Supervisor

            Supervisor(config, settings, sockets).run()
        else:
            search_nothing()
            from service.process.worker import Worker

            Worker(config, settings, sockets).run()


@contextmanager
def shared_by_workers(settings: Settings) -> Iterator[Settings]:
    """The settings, with a temporary folder for what several workers share, where none is named."""
    if settings.workers == 1 or settings.metrics_folder is not None:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="rollcast-metrics-") as folder:
        yield settings.model_copy(update={"metrics_folder": Path(folder)})


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def _log_config(settings: Settings) -> dict[str, Any]:
    """Uvicorn's own, with rollcast's lines beside it, and a format in which no message can forge a line."""
    config = copy.deepcopy(LOGGING_CONFIG)
    if settings.log_format == "json":
        config["formatters"]["default"] = {"()": "service.telemetry.log_format.JsonFormatter"}
    else:
        config["formatters"]["default"]["()"] = "service.telemetry.log_format.TextFormatter"
    config["loggers"]["rollcast"] = {"handlers": ["default"], "level": settings.log_level.upper(), "propagate": False}
    return config
