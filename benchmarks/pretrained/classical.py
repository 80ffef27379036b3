"""python -m benchmarks.pretrained.classical: what classical methods score on the sets, to compare a model with."""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.pretrained.figures import Figures, mean_relative, read, show, write
from benchmarks.pretrained.methods import forecast_all, methods
from benchmarks.pretrained.sets import HELD_OUT, SETS, EvaluationSet
from training.extras import require_compare

USUAL_OUTPUT = Path(__file__).parents[1] / "results" / "classical.json"


def main(arguments: Sequence[str] | None = None, sets: Mapping[str, Callable[[], EvaluationSet]] = SETS) -> None:
    """Measure what the file does not hold yet, and print all that it holds then."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pretrained.classical")
    parser.add_argument(
        "--set", action="append", choices=list(sets), help="a set to measure on; may be repeated; all by default"
    )
    parser.add_argument("--output", type=Path, default=USUAL_OUTPUT, help="the JSON file; %(default)s by default")
    parser.add_argument("--again", action="store_true", help="measure what the file holds already")
    given = parser.parse_args(arguments)
    figures = read(given.output)
    for name in given.set or sets:
        for _ in measured(figures, name, sets[name], again=given.again):
            write(given.output, figures)
    show(figures)
    for method in ("AutoTheta", "AutoETS"):
        if mean := mean_relative(figures, method, HELD_OUT):
            print(f"{method}, geometric mean over the sets held out for good: {mean:.4f}")
    print(f"the figures are in {given.output}")


def measured(
    figures: dict[str, dict[str, Figures]], name: str, load: Callable[[], EvaluationSet], *, again: bool = False
) -> Iterator[str]:
    """Measure each method on a set that `figures` don't hold yet, add it to them, and yield its name.

    Those of another release of the library, or of other tasks, are measured anew. Raises MissingExtra.
    """
    require_compare()
    source, given = f"statsforecast {version('statsforecast')}", load()
    known = figures.setdefault(name, {})
    for method, forecast in methods(given.seasons).items():
        made = known.get(method)
        if made is not None and (made.source, made.tasks) == (source, len(given.tasks)) and not again:
            continue
        print(f"{name}: {method} …", end=" ", flush=True)
        begun = time.perf_counter()
        forecasts = forecast_all(forecast, given)
        seconds = time.perf_counter() - begun
        print(f"{seconds:.0f} s", flush=True)
        known[method] = Figures.of(given, forecasts, seconds, source)
        yield method


if __name__ == "__main__":
    main()
