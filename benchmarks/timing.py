"""Measuring several things alternately, so that what slows the machine down slows all of them down."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

Figures = Mapping[str, Sequence[float]]


class Plan(NamedTuple):
    """How much to measure: a few minutes in all, or under one."""

    rounds: int
    load_s: float  # of one run of the load generator
    requests: int  # that the service answers before its memory is judged
    longest_horizon: int


FULL = Plan(rounds=5, load_s=3, requests=100_000, longest_horizon=10_000)
QUICK = Plan(rounds=1, load_s=0.5, requests=4_000, longest_horizon=3_000)


def alternate(works: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Each work's figure in each round; every round does all of them once, every other one backwards."""
    figures: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name in list(works) if number % 2 == 0 else reversed(list(works)):
            figures[name].append(works[name]())
    return figures


def timed(work: Callable[[], object], times: int = 1) -> Callable[[], float]:
    """Makes of a work one whose figure is how long it took, in seconds; it is done once beforehand."""
    work()

    def measure() -> float:
        begun = time.perf_counter()
        for _ in range(times):
            work()
        return (time.perf_counter() - begun) / times

    return measure


def ratio(figures: Figures, above: str, below: str) -> float:
    """The median over the rounds of one work's figure divided by the other's in the same round."""
    return median(one / other for one, other in zip(figures[above], figures[below], strict=True))


def medians(figures: Figures, factor: float = 1.0, unit: str = "") -> dict[str, float]:
    """Each work's median figure, for people to read."""
    return {f"{name} {unit}".strip(): factor * median(values) for name, values in figures.items()}
