"""Small versions of the drills with odd connections and odd requests."""

import sys

import pytest

from benchmarks.faults import odd_connections, odd_requests
from benchmarks.harness.bars import Drill

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


@pytest.mark.parametrize(
    "drill",
    [
        odd_connections.slow_clients,
        odd_connections.connection_bound,
        odd_requests.endless_heads,
        odd_requests.hung_up,
        odd_requests.unread_answers,
    ],
    ids=lambda drill: drill.__name__,
)
def test_odd_clients_cost_others_nothing(drill: Drill) -> None:
    bars = list(drill(True))
    assert bars
    assert [bar for bar in bars if not bar.met and not bar.timed] == []
