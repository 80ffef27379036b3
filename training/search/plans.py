"""The plans that a search tries: a few recipes that suit a series of its length and its seasons.

A plan says what the network takes in and how it reaches the horizon. How long it is trained is the budget's business
(budget.py). What the plans have in common: a linear path to begin at, and the mean absolute error as loss.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.seasonal.season_search import multiples
from models.text import counted
from models.timeseries.frequency import MICROSECONDS, parse_frequency
from training.search.given import with_given
from training.search.situation import Situation

MAX_LAGS = 160  # as inputs of each step
MAX_DIRECT_HORIZON = 100  # a network gives no more values at once
MAX_ROLLOUT_WINDOW, MAX_FEEDBACK = 168, 192
LONG_ROWS, VERY_SHORT_ROWS = 2_000, 400
LEAST_YEARS = 1.5  # for the year as an input
LINEAR_LAGS = 512
NOTHING: Mapping[str, Any] = {}


class Plan(NamedTuple):
    """A way to forecast a series: its name, a sentence on it, and the recipe's values that make it."""

    name: str
    description: str
    values: dict[str, Any]


def plans_for(of: Situation, given: Mapping[str, Any] = NOTHING) -> tuple[Plan, ...]:
    """The plans that suit a situation and the user's own values, at least one; the latter hold in all of them.

    What the rows have no room for is not among them.
    """
    common = {
        "linear_path": True,
        "blend": True,
        "nonnegative": True,
        "loss": "mae",
        "clip": 1.0,
        "decay": "cosine",
        "season": [season.rows for season in of.seasons],
        "horizon": of.horizon,
        "calendar": _calendar(of),
        "linear_lags": _linear_lags(of),
        "units": [_units(of)],
        "quantile_outputs": sum(of.rows) >= VERY_SHORT_ROWS,
        "window_intervals": True,
        "learning_rate": 0.003,
        # Series of a panel may be shorter than its context.
        "least_context": max(2, next((season.rows for season in of.seasons), 2)) if of.is_panel else None,
    }

    def made(plan: Plan) -> Plan:
        return plan._replace(values=with_given(common | plan.values, given))

    fitting = [plan for plan in map(made, (*_rollouts(of), *_direct(of))) if _fits(plan.values, of)]
    if fitting:
        return tuple(fitting)
    small = [made(plan) for plan in _small(of)]
    return (next((plan for plan in small if _fits(plan.values, of)), small[-1]),)


def _rollouts(of: Situation) -> Iterator[Plan]:
    """A network that carries its state from step to step, trained on its own predictions over the horizon."""
    first = of.seasons[0].rows if of.seasons else 0
    if of.longest < 8 * max(first, of.horizon, 12) or of.horizon > MAX_FEEDBACK:
        return
    feedback = max(2, min(of.horizon, max(12, first)))
    lags = sorted({lag for season in of.seasons for lag in multiples(season.rows, feedback)})
    window = max(12, min(3 * first, max(MAX_ROLLOUT_WINDOW, first)) if first else 2 * feedback)
    by_context = of.is_panel
    yield Plan(
        "rollout",
        f"step by step, each answer fed back, trained so over {feedback} steps"
        + (f", with the values {' and '.join(str(season.rows) for season in of.seasons)} steps before" if lags else ""),
        {
            "rollout": "state",
            "window": window,
            "feedback": feedback,
            "burn_in": window if by_context else max(1, window // 3),
            "lag": lags,
            "scaler": "context" if by_context else "standard",
        },
    )


def _direct(of: Situation) -> Iterator[Plan]:
    """A network that gives the whole horizon at once, from all values of the last seasons."""
    if of.horizon > MAX_DIRECT_HORIZON:
        return
    first = of.seasons[0].rows if of.seasons else 0
    lags = set(range(2, (first if 0 < first <= MAX_LAGS else 12) + 2))
    window = 24 if 13 < first <= MAX_LAGS else 12
    for season in of.seasons[1:] if first <= MAX_LAGS else of.seasons:
        if window + season.rows + of.horizon <= of.typical and window + season.rows < of.train_rows:
            lags |= set(_around(season.rows, of.horizon))
    if len(lags) > MAX_LAGS:
        lags = {lag for lag in lags if lag <= first + 1}
    values = {"outputs": of.horizon, "window": window, "lag": sorted(lags), "scaler": "context"}
    yield Plan("direct", f"all {of.horizon} steps at once, from {len(lags) + 1} past values at each step", values)
    if 1 < first <= MAX_DIRECT_HORIZON:
        yield Plan(
            "seasonal change",
            f"all {of.horizon} steps at once, as changes from {first} steps before",
            {**values, "difference": first},
        )


def _small(of: Situation) -> Iterator[Plan]:
    """What can be learned from a handful of rows, with as many of the values a season before as they have room for."""
    window = max(1, min(4, of.typical - of.horizon - 1, of.train_rows - 1))
    season = of.seasons[0].rows if of.seasons else 1
    for lags in ([*_around(season, of.horizon)], [season], []) if season > 1 else ([],):
        yield Plan(
            "small",
            f"all {of.horizon} steps at once, from {window} values"
            + (f" and {counted(len(lags), 'value')} about {season} steps before" if lags else ""),
            {"outputs": of.horizon, "window": window, "lag": lags, "scaler": "context", "calendar": []},
        )


def _around(season: int, horizon: int) -> range:
    """How many steps before its target the values lie that come a season before the steps of a horizon."""
    return range(max(2, season - min(horizon, MAX_LAGS - 2) + 1), season + 2)


def _fits(values: Mapping[str, Any], of: Situation) -> bool:
    """Whether rows have room for a plan's context: with the horizon in a typical series, with a sample in training."""
    context, longer = _context(values), values.get("feedback", 0)
    return context + of.horizon <= of.typical and context + max(1, longer) <= of.train_rows


def _context(values: Mapping[str, Any]) -> int:
    """How many values a request of a plan brings, its blend's aside."""
    farthest = max(values.get("lead", 1), *values["lag"], 1)
    return int(values["window"] + farthest - 1 + (values.get("difference") or 0))


def _linear_lags(of: Situation) -> int:
    """The lags of the linear forecast: two of the shortest season or one of the longest, as far as the rows allow."""
    seasons = [season.rows for season in of.seasons]
    wanted = max(2 * seasons[0], seasons[-1] + 1, 12) if seasons else 24
    return max(1, min(wanted, LINEAR_LAGS, (of.typical - of.horizon) // 3))


def _units(of: Situation) -> int:
    rows = sum(of.rows)
    return 64 if rows >= LONG_ROWS else 32 if rows >= VERY_SHORT_ROWS else 16


def _calendar(of: Situation) -> list[str]:
    """The cycles of the calendar that rows of this frequency lie in, and that the series has run through."""
    if not of.has_times or of.frequency is None:
        return []
    months, microseconds = parse_frequency(of.frequency)
    day = MICROSECONDS["d"]
    cycles = []
    if not months and microseconds < day:
        cycles += ["day", "week"]
    if not months and microseconds == day:
        cycles += ["week"]
    if of.years >= LEAST_YEARS and months < 12:
        cycles += ["year"]
    return cycles
