"""rollcast: recurrent forecasters, trained offline, served over REST."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# What Python programs use, by module. Each is loaded when it is first asked for: the command needs none of it, and who
# uses it needs nothing of the command.
_CLIENT = {
    "AsyncClient": "async_client",
    "Client": "client",
    "ClientError": "errors",
    "ConnectionFailed": "errors",
    "Forecast": "forecast",
    "InvalidRequest": "errors",
    "NotAllowed": "errors",
    "NotFound": "errors",
    "Problem": "errors",
    "Retries": "retries",
    "ServiceFailed": "errors",
    "Unavailable": "errors",
}

if TYPE_CHECKING:
    from rollcast.client.async_client import AsyncClient as AsyncClient
    from rollcast.client.client import Client as Client
    from rollcast.client.errors import ClientError as ClientError
    from rollcast.client.errors import ConnectionFailed as ConnectionFailed
    from rollcast.client.errors import InvalidRequest as InvalidRequest
    from rollcast.client.errors import NotAllowed as NotAllowed
    from rollcast.client.errors import NotFound as NotFound
    from rollcast.client.errors import Problem as Problem
    from rollcast.client.errors import ServiceFailed as ServiceFailed
    from rollcast.client.errors import Unavailable as Unavailable
    from rollcast.client.forecast import Forecast as Forecast
    from rollcast.client.retries import Retries as Retries


def __getattr__(name: str) -> Any:
    if name not in _CLIENT:
        raise AttributeError(f"module 'rollcast' has no attribute {name!r}")
    return getattr(import_module(f"rollcast.client.{_CLIENT[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_CLIENT])
