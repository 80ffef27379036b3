"""python -m benchmarks.faults: what an operator fears, done to a real service under load; `make faults`."""

from collections.abc import Mapping

from benchmarks.faults import bodies, hostile_labels, odd_connections, odd_requests, overload, signals
from benchmarks.faults.damaged_models import damaged_models
from benchmarks.faults.fault_kinds import fault_kinds
from benchmarks.faults.hot_swaps import hot_swaps
from benchmarks.faults.publish_faults import publish_faults
from benchmarks.harness.bars import Drill, run
from benchmarks.measures import telemetry_cost

DRILLS: Mapping[str, Drill] = {
    "endless_heads": odd_requests.endless_heads,
    "hung_up": odd_requests.hung_up,
    "unread_answers": odd_requests.unread_answers,
    "slow_clients": odd_connections.slow_clients,
    "connection_bound": odd_connections.connection_bound,
    "sigterm": signals.sigterm,
    "sighup": signals.sighup,
    "worker_killed": signals.worker_killed,
    "bodies": bodies.drill,
    "overload": overload.drill,
    "publish_faults": publish_faults,
    "damaged_models": damaged_models,
    "hot_swaps": hot_swaps,
    "fault_kinds": fault_kinds,
    "hostile_labels": hostile_labels.drill,
    "telemetry_cost": telemetry_cost.drill,
}

if __name__ == "__main__":
    run("benchmarks.faults", DRILLS)
