"""A forecast by the model for any series over HTTP, one client: against a next value, and in milliseconds."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.harness.load import Load, put, warm_up
from benchmarks.harness.processes import ROOT, Server, rollcast
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Figures, Plan, medians
from models.references import Reference
from models.registry.registry import Registry

ARTIFACTS = ROOT / "models" / "artifacts"
MODEL, OTHER = "any-series", "sine-lstm"
HORIZON = 24
SHORT, LONG = (96, (12,)), (1024, (48, 336))  # how many values a window has, and its seasons


def measure(plan: Plan, registry: Path = ARTIFACTS) -> list[Measurement]:
    """Every row about it; none, and a word why, where the registry has no such model."""
    known = Registry.at(registry)
    if missing := [name for name in (MODEL, OTHER) if name not in known.listing()]:
        print(f"skipped, for {registry} has no {' and no '.join(missing)}", end=" ", flush=True)
        return []
    window = known.manifest(*known.resolve(Reference(OTHER))).spec.context_length
    with rollcast(registry) as served:
        next_value = _p50(plan, served, Load(OTHER, 1, window=window))
        return [*_short(plan, served, next_value), *_long(plan, served)]


def _short(plan: Plan, served: Server, next_value: Callable[[], float]) -> list[Measurement]:
    works = {MODEL: _p50(plan, served, _load(*SHORT)), OTHER: next_value}
    row = Row(
        f"{HORIZON} steps by {MODEL}, {_told(*SHORT)}, 1 connection: p50",
        f"p50 of a next value of {OTHER}",
        by(MODEL, OTHER),
        "below",
        2,
    )
    return measure_rows(plan, works, [row], partial(medians, factor=1e3, unit="ms"))


def _long(plan: Plan, served: Server) -> list[Measurement]:
    def milliseconds(figures: Figures) -> float:
        return 1e3 * median(figures[MODEL])

    row = Row(f"{HORIZON} steps by {MODEL}, {_told(*LONG)}, 1 connection: p50", "", milliseconds, "below", 10, "ms")
    return measure_rows(plan, {MODEL: _p50(plan, served, _load(*LONG))}, [row], lambda _: {})


def _load(window: int, seasons: tuple[int, ...]) -> Load:
    return Load(MODEL, 1, HORIZON, window, seasons=seasons)


def _told(window: int, seasons: tuple[int, ...]) -> str:
    return f"window {window:,}, season {' and '.join(map(str, seasons))}"


def _p50(plan: Plan, served: Server, load: Load) -> Callable[[], float]:
    warm_up(load, served)
    return lambda: put(load, served, plan.load_s).p50_s
