"""Next values by the Open Inference Protocol, against those by rollcast's own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.harness.load import Load, put, warm_up
from benchmarks.harness.processes import rollcast
from benchmarks.measures.next_values import CONNECTIONS
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Plan, medians

LEAST_RATIO = 0.7


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """One row."""
    own = Load("simple-rnn-100", CONNECTIONS)
    loads = {"predict": own, "infer": own._replace(protocol="infer")}
    with rollcast(registry) as server:

        def rate(load: Load) -> Callable[[], float]:
            warm_up(load, server)
            return lambda: put(load, server, plan.load_s).rate

        row = Row(
            f"next value by the Open Inference Protocol, SimpleRNN(100), {CONNECTIONS} connections",
            "/predict's requests/s",
            by("infer", "predict"),
            "at least",
            LEAST_RATIO,
        )
        works = {name: rate(load) for name, load in loads.items()}
        return measure_rows(plan, works, [row], partial(medians, unit="/s"))
