"""Taking new connections from the listening sockets, as many as there may be, even where files run out."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence

from service.connections.table import Connections

BACKLOG = 2048
AT_ONCE = 16  # accepted in one turn of the event loop
PAUSE_S = 0.1  # where files have run out

log = logging.getLogger("rollcast")


class Acceptor:
    """Accepts connections in the event loop until it is closed.

    The loop's own server closes for good, and without a word, once the process has run out of files.
    """

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        protocol_factory: Callable[[], asyncio.Protocol],
        connections: Connections,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners = listeners
        self._protocol_factory = protocol_factory
        self._connections = connections
        self._tls = tls
        self._begun: set[asyncio.Task[object]] = set()
        self._closed = False
        self._warned = False
        for listener in listeners:
            listener.setblocking(False)
            listener.listen(BACKLOG)
            self._loop.add_reader(listener.fileno(), self._accept, listener)

    def close(self) -> None:
        """Accept what is there already, and then no more."""
        self._closed = True
        for listener in self._listeners:
            self._loop.remove_reader(listener.fileno())
            while self._accept(listener):
                """Until there is none."""
            listener.close()

    def _accept(self, listener: socket.socket) -> bool:
        """Accept a few; whether there may be more."""
        for _ in range(AT_ONCE):
            try:
                accepted, _address = listener.accept()
            except (BlockingIOError, InterruptedError):
                return False
            except ConnectionError:
                continue  # it has gone already
            except OSError as error:
                self._pause(listener, error)
                return False
            if not self._connections.admit():
                accepted.close()
                continue
            self._connections.shaking_hands += 1
            task: asyncio.Task[object] = self._loop.create_task(self._begin(accepted))
            self._begun.add(task)
            task.add_done_callback(self._begun.discard)
        return True

    async def _begin(self, accepted: socket.socket) -> None:
        deadline = {"ssl_handshake_timeout": self._connections.limits.receive_s} if self._tls else {}
        try:
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol_factory, accepted, ssl=self._tls, **deadline)
        except OSError as error:  # it has gone, or does not speak TLS
            log.debug("a connection was not made: %s", error)
            accepted.close()
        finally:
            self._connections.shaking_hands -= 1

    def _pause(self, listener: socket.socket, error: OSError) -> None:
        """Files have run out: let one that is idle go, and look again in a moment; what waits is kept by the kernel."""
        if not self._warned:
            log.warning("connections can't be accepted for the moment: %s", error.strerror)
            self._warned = True
        self._connections.make_room()
        if not self._closed:
            self._loop.remove_reader(listener.fileno())
            self._loop.call_later(PAUSE_S, self._go_on, listener)

    def _go_on(self, listener: socket.socket) -> None:
        if not self._closed:
            self._loop.add_reader(listener.fileno(), self._accept, listener)
