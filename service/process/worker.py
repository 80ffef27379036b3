"""A process that serves: uvicorn's server with its own way of taking connections, and of ending without losing any."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn

from service.connections.protocol import Protocol
from service.connections.table import Connections, Limits
from service.process.acceptor import Acceptor
from service.process.file_limit import most_connections
from service.process.garbage import search_less
from service.process.listeners import let_none_begin, tell
from service.settings import Settings

# After the word to stop, for so long what is on its way is still taken: connections that the kernel has accepted, and
# requests on connections that are idle.
LAST_CALL_S = 0.5
LAST_WORDS_S = 1.0  # for telling those who were given up
TURN_S = 0.02
PRELOADED_AFTER = 100  # ticks: by then the other models that are preloaded are open, as a rule, and stay as well

log = logging.getLogger("rollcast")


class Worker(uvicorn.Server):
    """Serves on sockets until it is told to stop.

    `alive`, of a worker with a supervisor, is called once a second; it answers whether the supervisor still is there.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        settings: Settings,
        listeners: Sequence[socket.socket],
        alive: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(config)
        self._listeners = listeners
        self._alive = alive
        self._grace_s = settings.shutdown_timeout_s
        limits = Limits.of(settings)
        self.connections = Connections(limits._replace(connections=most_connections(limits.connections)))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Start the app, then take connections."""
        self.lifespan.state["connections"] = self.connections
        await super().startup(sockets=[])
        search_less()
        loop = asyncio.get_running_loop()
        self._acceptor = Acceptor(self._listeners, self._connection, self.connections, self.config.ssl)
        self.connections.watch(loop)
        if self._alive is None:
            tell(self._listeners, tls=self.config.is_ssl)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter == PRELOADED_AFTER:
            search_less()
        if counter % 10 == 0 and self._alive is not None and not self._alive():
            log.error("the supervising process is gone; so this one ends")
            self.handle_exit(signal.SIGTERM, None)
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop in good order; at a second signal at once. With a supervisor, only it says when."""
        if self._alive is None:
            self.force_exit = self.should_exit
        elif sig == signal.SIGINT:
            return  # a terminal sends it to all its processes
        self.should_exit = self.connections.stopping = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Answer what was accepted, within the grace time, and end."""
        end_s = time.monotonic() + self._grace_s
        log.info("stopping")
        self.connections.stopping = True
        for connection in self._open():
            connection.stop()
        if self._alive is None:
            let_none_begin(self._listeners)
        await self._wait_until(lambda: False, min(time.monotonic() + LAST_CALL_S, end_s))
        self._acceptor.close()
        await asyncio.sleep(0)
        await self._wait_until(self._all_ended, end_s)
        for task in list(self.server_state.tasks):
            task.cancel()
        await self._wait_until(self._all_ended, time.monotonic() + LAST_WORDS_S)
        if not self.force_exit:
            await self.lifespan.shutdown()
        self.connections.unwatch()

    def _connection(self) -> Protocol:
        return Protocol(self.connections, self.config, self.server_state, self.lifespan.state)

    def _open(self) -> list[Protocol]:
        return [each for each in self.server_state.connections if isinstance(each, Protocol)]

    def _all_ended(self) -> bool:
        for connection in self._open():
            connection.shutdown()
        return not self.server_state.connections and not self.server_state.tasks and not self.connections.shaking_hands

    async def _wait_until(self, done: Callable[[], bool], until_s: float) -> None:
        while not self.force_exit and not done() and time.monotonic() < until_s:
            await asyncio.sleep(TURN_S)
