"""What is demanded of a pretrained model: its errors, its intervals, its size and its training."""

from collections.abc import Iterator

from benchmarks.harness.limits import Limit, off_level
from benchmarks.pretrained.figures import BySet, mean_relative
from benchmarks.pretrained.methods import LEVELS
from benchmarks.pretrained.record import PretrainedResult
from benchmarks.pretrained.rows import Demand, PretrainedRow
from benchmarks.pretrained.sets import HELD_OUT

COVERAGE_POINTS = 3.0  # that coverage may be off its level, in the mean over steps
INTERVALS_BY = "AutoETS"  # whose interval score is the most that the model's may be
TOLD = ("AutoTheta", "AutoETS")  # beside the mean over the sets held out for good
MIB = 2**20


def pretrained_limits(row: PretrainedRow, result: PretrainedResult, classical: BySet) -> list[Limit]:
    """Everything that is demanded of a row; `classical` has the figures of classical methods on its sets."""
    limits = [_error(demand, result, classical) for demand in row.demands]
    if row.held_out is not None:
        limits.append(_held_out(row.held_out, result, classical))
    if row.intervals:
        limits += _intervals(row.intervals, result, classical)
    if row.minutes is not None:
        limits.append(Limit("training", result.trained_s / 60, row.minutes, " min"))
    if row.mib is not None:
        limits.append(Limit("size of the version", result.file_bytes / MIB, row.mib, " MiB"))
    return limits


def _error(demand: Demand, result: PretrainedResult, classical: BySet) -> Limit:
    """The error on a set; beside it that of the model's own backtest, and those of classical methods."""
    by, measure = (f" by that of {demand.by}" if demand.by else ""), demand.measure
    own: float = getattr(result.figures[demand.set], measure)
    others: dict[str, float] = {name: getattr(each, measure) for name, each in classical.get(demand.set, {}).items()}
    figure: float | None = own
    if demand.by:
        figure = own / others[demand.by] if others.get(demand.by) else None
    told = [f"{name} {error:.4g}" for name, error in others.items()]
    if result.backtest_mase is not None and demand.set == "m3-monthly":
        told.insert(0, f"its manifest's {result.backtest_mase:.4g}")
    seen = f"{own:.4g}; {', '.join(told)}" if told else f"{own:.4g}"
    return Limit(f"{measure.upper()} on {demand.set}{by}", figure, demand.at_most, seen=seen)


def _held_out(at_most: float, result: PretrainedResult, classical: BySet) -> Limit:
    """The geometric mean over the sets that are held out for good."""
    own = mean_relative({name: {"own": each} for name, each in result.figures.items()}, "own", HELD_OUT)
    means = {name: mean_relative(classical, name, HELD_OUT) for name in TOLD}
    sets = [f"{name} {result.figures[name].relative:.3g}" for name in HELD_OUT if name in result.figures]
    told = [f"{name} {mean:.3g}" for name, mean in means.items() if mean is not None]
    seen = "; ".join(", ".join(each) for each in (told, sets) if each)
    return Limit("MASE by the seasonal naive's, mean over the sets held out for good", own, at_most, seen=seen)


def _intervals(name: str, result: PretrainedResult, classical: BySet) -> Iterator[Limit]:
    """Coverage at each level, and the interval score by that of a classical method."""
    own, method = result.figures[name].intervals, classical.get(name, {}).get(INTERVALS_BY)
    for level in LEVELS:
        percent = 100 * own[level].coverage if level in own else None
        yield off_level(f"coverage at {level} % on {name}", level, percent, COVERAGE_POINTS)
        what, ratio, seen = f"interval score at {level} % on {name} by that of {INTERVALS_BY}", None, ""
        if method is not None and level in own and level in method.intervals:
            mine, its = own[level].score, method.intervals[level].score
            ratio, seen = mine / its, f"{mine:.4g}; {its:.4g}"
        yield Limit(what, ratio, 1.0, seen=seen)
