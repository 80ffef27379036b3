"""What is demanded of a row: how high each figure may be, and whether it is."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import geometric_mean

from benchmarks.accuracy.record import RowResult
from benchmarks.accuracy.rows import GROUPS, Row
from benchmarks.harness.limits import Limit, off_level
from models.spec.comparison import WORSE_RATIO
from models.text import listed

LEVELS = (80, 95)  # of intervals, in percent
MEAN_POINTS, STEP_POINTS, ADAPTED_POINTS = 2.0, 4.0, 1.5  # that coverage may be off its level
SCORE_RATIO = 0.9  # of the reference model's interval score
UPDATE_S = 60.0


def row_limits(row: Row, result: RowResult) -> list[Limit]:
    """Everything that is demanded of a row by itself."""
    lost = [warning for warning in result.warnings if "loses to" in warning]
    return [
        _error(row, result),
        Limit("warnings that a baseline is better", len(lost), 0, seen="; ".join(lost)),
        *(_intervals(result) if row.intervals else ()),
        *(_update(result) if row.new_rows else ()),
    ]


def group_limits(results: Mapping[str, RowResult], rows: Sequence[Row]) -> dict[str, Limit]:
    """What is demanded of the rows of each group together; without groups of which a row is missing."""
    limits = {}
    for group, at_most in GROUPS.items():
        members = [row for row in rows if row.group == group]
        if not members or any(row.name not in results for row in members):
            continue
        ratios = [ratio for row in members if (ratio := judged_error(row, results[row.name]))]
        mean = geometric_mean(ratios) if len(ratios) == len(members) else None
        limits[group] = Limit("geometric mean of the ratios", mean, at_most)
    return limits


def judged_error(row: Row, result: RowResult) -> float | None:
    """A row's error in units of the best of the baselines that it is judged against; None where there is none."""
    error = result.error(result.model)
    if not row.against or error is None:
        return error
    known = [result.error(errors) for name, errors in result.baselines.items() if name.startswith(row.against)]
    best = min((each for each in known if each is not None), default=0.0)
    return error / best if best else None


def _error(row: Row, result: RowResult) -> Limit:
    by = f" by that of the best of {listed(row.against)}" if row.against else ""
    others = {**result.baselines, **result.classical}
    known = [(name, result.error(errors)) for name, errors in others.items()]
    own = result.error(result.model)
    told = [f"{name} {error:.4g}" for name, error in known if error is not None]
    seen = "" if own is None else f"{own:.4g}; {', '.join(told)}"
    return Limit(f"{result.measure}{by}", judged_error(row, result), row.at_most, seen=seen)


def _intervals(result: RowResult) -> Iterator[Limit]:
    for level in LEVELS:
        held = result.coverage.get(level)
        mean, farthest = (None, None) if held is None else (held.mean, held.farthest)
        yield off_level(f"coverage at {level} %, mean over steps", level, mean, MEAN_POINTS)
        yield off_level(f"coverage at {level} %, farthest step", level, farthest, STEP_POINTS)
    intervals = result.intervals
    if intervals is None:
        yield Limit("intervals beside a reference model's", None, SCORE_RATIO)
        return
    for level in LEVELS:
        what, ratio, seen = f"interval score at {level} % by that of {intervals.reference}", None, ""
        mine, its = intervals.score.get(level), intervals.reference_score.get(level)
        if mine is not None and its:
            ratio, seen = mine / its, f"{mine:.4g}; {its:.4g}"
        yield Limit(what, ratio, SCORE_RATIO, seen=seen)
    cost = f"in {intervals.adapt_cost:.3g} times the time of a request without"
    for level in LEVELS:
        share = intervals.adapted_coverage.get(level)
        yield off_level(f"coverage at {level} % with adapt", level, share, ADAPTED_POINTS, cost)


def _update(result: RowResult) -> Iterator[Limit]:
    """That an update takes no longer, and that its error on rows after the new ones is no higher but for noise."""
    update = result.update
    seconds, ratio, seen = (None, None, "")
    if update is not None:
        published = "published" if update.published else "not published"
        seconds, ratio, seen = (
            update.seconds,
            update.ratio,
            f"{update.error:.4g}; {update.error_before:.4g}; {published}",
        )
    yield Limit("update with new rows", seconds, UPDATE_S, " s")
    yield Limit("error on the rows after these by that of before", ratio, WORSE_RATIO, seen=seen)
