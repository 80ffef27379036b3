"""Drawing a backtest: errors and coverage per step, and forecasts over what came."""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from models.errors import InvalidRequest
from models.inference.conformal import Bounds, Intervals
from models.spec.metrics import Backtest
from training.data.held_out import HeldOut
from training.evaluation.origins import rows_before
from training.evaluation.rolling_forecasts import RollingForecasts
from training.report.plots import MODEL_COLOR, SERIES_COLOR, png

BASELINE_COLORS = ("#2b6cb0", "#d69e2e", "#2f855a", "#805ad5", "#718096", "#b7791f")
LEVEL_COLORS = ("#2b6cb0", "#2f855a", "#d69e2e", "#c53030")
BANDS = {95: "#fad4d8", 80: "#f3abb2"}  # percent, the wider first
EXAMPLES = 4
MIN_PAST_ROWS = 20  # rows before each example; two horizons where that is more
CLIP_FACTOR = 10  # times the model's largest error: baselines are not drawn beyond
FEW_STEPS = 30  # up to which steps get a mark each


def errors_picture(backtest: Backtest, title: str) -> bytes:
    """A PNG of the mean absolute error at each step, the model's against the baselines'."""
    names, lines = [*backtest.baselines, "model"], [*backtest.baselines.values(), backtest.model]
    colors = [*islice(cycle(BASELINE_COLORS), len(names) - 1), MODEL_COLOR]
    figure, axes = _by_step(title, backtest.horizon)
    axes.set(ylabel="mean absolute error")
    if backtest.horizon == 1:
        axes.set(xlim=(-0.6, len(names) - 0.4), xlabel="")
        axes.bar(names, [scores.mae[0] for scores in lines], color=colors, width=0.6)
        return png(figure)
    marker = "o" if backtest.horizon <= FEW_STEPS else None
    for name, scores, color in zip(names, lines, colors, strict=True):
        width = 2.6 if name == "model" else 1.2
        steps = range(1, backtest.horizon + 1)
        axes.plot(steps, scores.mae, color=color, marker=marker, markersize=3, linewidth=width, label=name)
    highest = max(max(scores.mae) for scores in lines)
    axes.set_ylim(0, 1.05 * min(highest, CLIP_FACTOR * max(backtest.model.mae)) or 1)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
    return png(figure)


def coverage_picture(coverage: Mapping[str, Sequence[float]], title: str) -> bytes:
    """A PNG of the share of values within each level's intervals at each step, in percent, and the level, dashed."""
    horizon = len(next(iter(coverage.values())))
    figure, axes = _by_step(title, horizon)
    marker = "o" if horizon <= FEW_STEPS else None
    steps = np.arange(1, horizon + 1)
    for place, (level, shares) in enumerate(coverage.items()):
        color = LEVEL_COLORS[place % len(LEVEL_COLORS)]
        axes.axhline(float(level), color=color, linewidth=0.9, linestyle="--")
        axes.plot(steps, 100 * np.array(shares), color=color, marker=marker, markersize=3, label=f"{level} %")
    lowest = min(min(100 * min(shares), float(level)) for level, shares in coverage.items())
    axes.set(ylabel="covered, percent", ylim=(max(-2, lowest - 10), 102))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return png(figure)


def examples_picture(
    held_out: Sequence[HeldOut],
    rolled: RollingForecasts,
    intervals: Intervals | None,
    column: int,
    name: str,
    title: str,
) -> bytes:
    """A PNG of forecasts of the first target from evenly spread origins, over what came, with their bands.

    `column` is the target's place among the features, `name` its name.
    """
    horizon = rolled.actuals.shape[1]
    chosen = np.unique(np.linspace(0, len(rolled.origins) - 1, EXAMPLES).round().astype(int))
    figure = Figure(figsize=(10, 6.4), dpi=100, layout="constrained")
    figure.suptitle(title)
    for panel, place in enumerate(chosen.tolist(), start=1):
        axes = figure.add_subplot(2, 2, panel)
        origin = rolled.origins[place : place + 1]
        rows = min(int(origin.rows[0]), max(MIN_PAST_ROWS, 2 * horizon))
        past = rows_before(held_out, origin, rows)[0, :, column]
        forecast = rolled.predictions[place, :, 0]
        for level, bounds in _error_bounds(intervals, horizon):
            _band(axes, past[-1], bounds.scaled(rolled.scales[place, 0]).around(forecast[:, None]), level)
        axes.plot(np.arange(1 - rows, 1), past, "--", color=SERIES_COLOR, linewidth=1)
        truth = np.append(past[-1:], rolled.actuals[place, :, 0])
        axes.plot(np.arange(horizon + 1), truth, color=SERIES_COLOR, linewidth=1.2, label="what came")
        marker = "o" if horizon <= FEW_STEPS else None
        line = np.append(past[-1:], forecast)
        axes.plot(
            np.arange(horizon + 1),
            line,
            color=MODEL_COLOR,
            linewidth=1.8,
            marker=marker,
            markersize=3,
            label="forecast",
        )
        series = held_out[int(origin.series[0])].id
        axes.set_title(f"{series + ', ' if series else ''}from row {int(origin.rows[0]) + 1}", fontsize=9)
        axes.set(
            ylabel=name if panel % 2 else "", xlabel="steps after the last value" if panel > len(chosen) - 2 else ""
        )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.margins(x=0.01)
        axes.grid(alpha=0.25)
    labelled = figure.axes[0].get_legend_handles_labels()
    figure.legend(*labelled, loc="outside lower center", ncols=4, frameon=False)
    return png(figure)


def _by_step(title: str, horizon: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, 4.4), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel="step", xlim=(0.5, horizon + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    return figure, axes


def _error_bounds(intervals: Intervals | None, horizon: int) -> list[tuple[int, Bounds]]:
    """The bounds of errors at each band's level, in units of the scale, where they are calibrated."""
    found: list[tuple[int, Bounds]] = []
    if intervals is None or horizon > intervals.steps:
        return found
    for level in BANDS:
        try:
            found.append((level, intervals.error_bounds(level, horizon)))
        except InvalidRequest:  # too few errors for this level
            continue
    return found


def _band(axes: Axes, last: float, bounds: Bounds, level: int) -> None:
    """The first target's band; it begins at the last known value, where nothing is uncertain yet."""
    below, above = (np.append(last, bound[:, 0]) for bound in bounds)
    axes.fill_between(np.arange(len(below)), below, above, color=BANDS[level], linewidth=0, label=f"{level} %")
