"""Measuring several things alternately, so that what slows the machine down slows all of them down."""

import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import median
from typing import NamedTuple

Figures = Mapping[str, Sequence[float]]
Statistic = Callable[[Figures], float]

RESAMPLES = 200


class Plan(NamedTuple):
    """How much to measure: a quarter of an hour in all at most, or under two minutes."""

    rounds: int
    most_rounds: int  # where the noise is wider than the distance to the bar
    load_s: float  # of one run of the load generator
    requests: int  # that the service answers before its memory is judged
    longest_horizon: int

    def times(self, factor: int) -> "Plan":
        """So many times the rounds, for works that are over soon."""
        return self._replace(rounds=factor * self.rounds, most_rounds=factor * self.most_rounds)


FULL = Plan(rounds=5, most_rounds=15, load_s=1.5, requests=100_000, longest_horizon=10_000)
QUICK = Plan(rounds=1, most_rounds=1, load_s=0.5, requests=4_000, longest_horizon=3_000)


class Judged(NamedTuple):
    """What is worked out of the rounds, and the bar that it is held to."""

    statistic: Statistic
    bar: float

    def is_open(self, figures: Figures) -> bool:
        """Whether the bar lies within the noise, so that another run might come to the other side of it."""
        low, high = spread(figures, self.statistic)
        return low < self.bar < high


def alternate(
    works: Mapping[str, Callable[[], float]], rounds: int, most_rounds: int = 0, judged: Sequence[Judged] = ()
) -> dict[str, list[float]]:
    """Each work's figure in each round; every round does all of them once, every other one backwards.

    As many rounds again follow, up to `most_rounds`, while any of what is judged is open.
    """
    figures: dict[str, list[float]] = {name: [] for name in works}
    planned = rounds
    for number in range(max(rounds, most_rounds)):
        if number == planned:
            if not any(each.is_open(figures) for each in judged):
                break
            planned += rounds
        for name in list(works) if number % 2 == 0 else reversed(list(works)):
            figures[name].append(works[name]())
    return figures


def spread(figures: Figures, statistic: Statistic) -> tuple[float, float]:
    """Between which two figures about nine of ten runs of so many rounds lie: a bootstrap over the rounds."""
    random, rounds = Random(0), len(next(iter(figures.values())))
    found = []
    for _ in range(RESAMPLES):
        drawn = random.choices(range(rounds), k=rounds)
        found.append(statistic({name: [values[number] for number in drawn] for name, values in figures.items()}))
    found.sort()
    return found[RESAMPLES // 20], found[-1 - RESAMPLES // 20]


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
