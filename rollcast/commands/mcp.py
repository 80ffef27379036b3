"""`rollcast mcp`: the registry's models as tools of an assistant."""

import os
import signal
from importlib.util import find_spec
from types import FrameType

from models.errors import RollcastError
from rollcast.console import INTERRUPTED, complain
from rollcast.options import RegistryOption, open_registry


def mcp(registry: RegistryOption = None) -> None:
    """Offer the models to an assistant, over MCP.

    The assistant starts this command itself, and speaks the Model Context Protocol on its standard input and output.
    There are two tools, list_models and forecast. Nothing is read but the registry, and nothing is changed.
    """
    if find_spec("mcp") is None:
        raise RollcastError("rollcast mcp needs the extra mcp: pip install 'rollcast[mcp]'")
    source = open_registry(registry, must_exist=True)
    from rollcast.assistant.server import run  # which loads the protocol's library

    signal.signal(signal.SIGINT, _end)
    run(source)


def _end(_: int, __: FrameType | None) -> None:
    """End at once on Ctrl-C: the thread that reads standard input would wait for a line more, and nothing is open."""
    complain("stopped")
    os._exit(INTERRUPTED)
