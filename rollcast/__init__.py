"""rollcast: recurrent forecasters, trained offline, served over REST."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# What Python programs use: the module of each name, and the extra that brings what the module needs. Each is loaded
# when it is first asked for: the command needs none of it, and who uses it needs nothing of the command.
_PUBLIC = {
    "AsyncClient": ("rollcast.client.async_client", "client"),
    "Client": ("rollcast.client.client", "client"),
    "ClientError": ("rollcast.client.errors", "client"),
    "ConnectionFailed": ("rollcast.client.errors", "client"),
    "Forecast": ("rollcast.client.forecast", "client"),
    "InvalidRequest": ("rollcast.client.errors", "client"),
    "LocalModel": ("rollcast.local.model", "client,serve"),
    "NotAllowed": ("rollcast.client.errors", "client"),
    "NotFound": ("rollcast.client.errors", "client"),
    "Problem": ("rollcast.client.errors", "client"),
    "Retries": ("rollcast.client.retries", "client"),
    "RollcastError": ("models.errors", "serve"),
    "ServiceFailed": ("rollcast.client.errors", "client"),
    "Unavailable": ("rollcast.client.errors", "client"),
    "load": ("rollcast.local.model", "client,serve"),
    "train": ("rollcast.local.train", "train"),
}

if TYPE_CHECKING:
    from models.errors import RollcastError as RollcastError
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
    from rollcast.local.model import LocalModel as LocalModel
    from rollcast.local.model import load as load
    from rollcast.local.train import train as train


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'rollcast' has no attribute {name!r}")
    module, extra = _PUBLIC[name]
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("models", "rollcast", "service", "training"):
            raise
        raise ModuleNotFoundError(
            f"rollcast.{name} needs {error.name}, which is not installed: pip install 'rollcast[{extra}]'",
            name=error.name,
        ) from error


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
