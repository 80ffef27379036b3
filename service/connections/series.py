"""Metrics of a process's connections."""

from service.connections.table import Connections
from service.metrics.catalogue import Series


def series_of(connections: Connections) -> Series:
    """What the connections do, and what became of those before."""
    by_state = {
        "open": connections.open,
        "idle": connections.idle,
        "receiving": connections.receiving,
        "lingering": connections.lingering,
        "unsent": connections.unsent,
    }
    return {
        "rollcast_connections": {(state,): float(len(each)) for state, each in by_state.items()},
        "rollcast_connections_closed_total": {(why,): float(count) for why, count in connections.closed.items()},
        "rollcast_connections_refused_total": {(): float(connections.refused)},
    }
