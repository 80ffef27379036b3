"""The open connections of one process: how many there may be, how long each may take, and what became of them."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol

from service.connections.heap import give_back
from service.settings import Settings

SWEEP_S = 0.25
# Ending one takes some 50 µs: more of them at once would hold up all that is answered meanwhile.
MOST_AT_ONCE, NEXT_S = 100, 0.02
LINGER_S = 1.0  # how long a connection that was ended here is still read, so that its last answer is not lost
PROGRESS_BYTES = 64 << 10  # of an answer, within the deadline for sending: less is a client that does not read
TELL_EVERY_S = 10.0

log = logging.getLogger("rollcast")


class Connection(Protocol):
    """What is asked of a connection here."""

    def close_idle(self) -> None:
        """End it: no request is under way on it."""

    def give_up_receiving(self) -> None:
        """Refuse the request that does not come to its end."""

    def cut(self, why: str) -> None:
        """End it at once."""

    def unsent_bytes(self) -> int:
        """How much of its answers the client has not taken."""

    def has_ended(self) -> bool:
        """Whether it is ended here, and only lingers."""


class Limits(NamedTuple):
    """The settings that a connection must keep to."""

    connections: int
    idle_s: float
    receive_s: float
    send_s: float
    head_bytes: int
    pipelined: int
    unsent_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What the settings say."""
        return cls(
            connections=settings.max_connections,
            idle_s=settings.idle_timeout_s,
            receive_s=settings.receive_timeout_s,
            send_s=settings.send_timeout_s,
            head_bytes=settings.max_head_bytes,
            pipelined=settings.max_pipelined,
            unsent_bytes=settings.max_unsent_bytes,
        )


class Unsent(NamedTuple):
    """How much of a connection's answers was not taken at a moment."""

    at_s: float
    size_bytes: int


class Connections:
    """Every open connection, by what it waits for; whoever waits longest is first.

    A connection is in none of `idle`, `receiving` and `lingering` while a request of it is being answered. One sweep,
    four times a second, ends those whose time is up: no request needs a timer of its own.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self.stopping = False  # the service is not ready any more, and every answer is its connection's last
        self.open: set[Connection] = set()
        self.idle: dict[Connection, float] = {}  # since when no request of it is under way
        self.receiving: dict[Connection, float] = {}  # since when a request of it is incomplete
        self.lingering: dict[Connection, float] = {}  # since when it is ended here
        self.unsent: dict[Connection, Unsent] = {}  # those that don't take their answers
        self.shaking_hands = 0  # TLS; not connections yet, but open files
        self.closed: Counter[str] = Counter()  # by reason
        self.refused = 0  # new ones, where every other was busy
        self._swept_s = clock()
        self._told_s = self._swept_s - TELL_EVERY_S
        self._told = 0
        self._thrown_away = False  # answers that nobody took, since memory was last given back
        self._timer: asyncio.TimerHandle | None = None

    def admit(self) -> bool:
        """Whether a new connection may come in; at the bound another one makes room for it."""
        if len(self.open) + self.shaking_hands < self.limits.connections or self.make_room():
            return True
        self.refused += 1
        return False

    def make_room(self) -> bool:
        """Close the connection that has waited longest; whether there was one."""
        for waiting in (self.lingering, self.idle, self.receiving):
            if waiting:
                longest = next(iter(waiting))
                del waiting[longest]
                longest.cut("bound")
                return True
        return False

    def made(self, connection: Connection) -> None:
        """A connection is open."""
        self.open.add(connection)
        self.idle[connection] = self._clock()

    def ended(self, connection: Connection) -> None:
        """A connection is ended here; what is unsent is still sent, and what comes is thrown away."""
        self.idle.pop(connection, None)
        self.receiving.pop(connection, None)
        if connection.unsent_bytes():
            self.stuck(connection)
        else:
            self.lingering[connection] = self._clock()

    def stuck(self, connection: Connection) -> None:
        """The client does not take its answers as fast as they are made."""
        self.unsent[connection] = Unsent(self._clock(), connection.unsent_bytes())

    def lost(self, connection: Connection, why: str) -> None:
        """A connection is closed for good."""
        self.open.discard(connection)
        for waiting in (self.idle, self.receiving, self.lingering, self.unsent):
            waiting.pop(connection, None)
        self.closed[why] += 1

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Sweep from now on."""
        whole = self.sweep()
        self._timer = loop.call_later(SWEEP_S if whole else NEXT_S, self.watch, loop)

    def unwatch(self) -> None:
        """Sweep no more."""
        if self._timer is not None:
            self._timer.cancel()

    def sweep(self) -> bool:
        """End those whose time is up, a limited number of each kind; whether that was all of them."""
        now_s = self._clock()
        late = now_s - self._swept_s > SWEEP_S + 1
        self._swept_s = now_s
        if late:
            return True  # the loop was held up, and what has come meanwhile is not read yet
        idle = _expired(self.idle, now_s - self.limits.idle_s)
        for connection in idle:
            connection.close_idle()
        receiving = _expired(self.receiving, now_s - self.limits.receive_s)
        for connection in receiving:
            connection.give_up_receiving()
        lingering = _expired(self.lingering, now_s - LINGER_S)
        for connection in lingering:
            connection.cut("")
        self._look_at_unsent(now_s)
        self._tell(now_s)
        return max(len(idle), len(receiving), len(lingering)) < MOST_AT_ONCE

    def _look_at_unsent(self, now_s: float) -> None:
        if self._thrown_away and not self.unsent:
            self._thrown_away = False
            give_back()
        for connection, before in list(self.unsent.items()):
            size = connection.unsent_bytes()
            if size == 0:
                del self.unsent[connection]
                if connection.has_ended():
                    self.lingering[connection] = now_s
            elif size <= before.size_bytes - PROGRESS_BYTES or size > before.size_bytes:
                self.unsent[connection] = Unsent(now_s, size)
            elif now_s - before.at_s > self.limits.send_s:
                connection.cut("unsent")
                self._thrown_away = True

    def _tell(self, now_s: float) -> None:
        turned_away = self.closed["bound"] + self.refused
        if turned_away > self._told and now_s - self._told_s > TELL_EVERY_S:
            log.warning(
                "the bound of %d connections was reached: so far %d that waited were closed for new ones, and %d new "
                "ones refused; raise ROLLCAST_MAX_CONNECTIONS, or the limit of open files (ulimit -n)",
                self.limits.connections,
                self.closed["bound"],
                self.refused,
            )
            self._told, self._told_s = turned_away, now_s


def _expired(waiting: dict[Connection, float], since_s: float) -> list[Connection]:
    """Take out those that have waited since then or longer, at most MOST_AT_ONCE; they are first."""
    expired: list[Connection] = []
    for connection, began_s in waiting.items():
        if began_s > since_s or len(expired) == MOST_AT_ONCE:
            break
        expired.append(connection)
    for connection in expired:
        del waiting[connection]
    return expired
