"""Running the service under uvicorn."""

import copy
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from models.errors import RollcastError
from service.access.exposure import check_certificate
from service.http.security_headers import SECURITY_HEADERS
from service.lifecycle.leaving import openings_left_behind
from service.settings import Settings


@openings_left_behind()
def serve(settings: Settings) -> None:
    """Serve until stopped by a signal; requests under way get `shutdown_timeout_s` to finish."""
    _check_port(settings)
    check_certificate(settings)
    # The app is made in the serving process, which with several workers is another one than this.
    os.environ.update(settings.as_environment())
    # uvicorn stops in good order on SIGTERM and then raises it once more; that is no failure.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.run(
        "service.app:create_server_app",
        factory=True,
        http="service.http.protocol:Protocol",
        ws="none",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_level=settings.log_level,
        log_config=_log_config(settings),
        access_log=False,
        server_header=False,
        headers=SECURITY_HEADERS,
        ssl_certfile=settings.ssl_certfile,
        ssl_keyfile=settings.ssl_keyfile,
        ssl_keyfile_password=settings.ssl_keyfile_password,
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )


def _check_port(settings: Settings) -> None:
    """Raise RollcastError where the address can't be had, before the models are loaded for nothing."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise RollcastError(
            f"{settings.host}:{settings.port} can't be listened on: {error.strerror}; "
            "choose another with --host and --port"
        ) from error


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def _log_config(settings: Settings) -> dict[str, Any]:
    """Uvicorn's own, with rollcast's lines beside it."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["loggers"]["rollcast"] = {"handlers": ["default"], "level": settings.log_level.upper(), "propagate": False}
    return config
