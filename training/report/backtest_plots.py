"""Drawing a backtest: errors and coverage at each step, and forecasts over the actual values."""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from models.errors import InvalidRequest
from models.intervals.conformal import Bounds, Intervals
from models.spec.metrics import Backtest
from models.spec.model_spec import ModelSpec
from training.data.held_out import HeldOut
from training.evaluation.origins import rows_before
from training.evaluation.rolling_forecasts import RollingForecasts
from training.report.figure_style import MODEL_COLOR, SERIES_COLOR, marker, png

BASELINE_COLORS = ("#2b6cb0", "#d69e2e", "#2f855a", "#805ad5", "#718096", "#b7791f")
LEVEL_COLORS = ("#2b6cb0", "#2f855a", "#d69e2e", "#c53030")
BAND_COLORS = {95: "#fad4d8", 80: "#f3abb2"}  # by the level in percent, the wider first
MAX_EXAMPLES = 4
MIN_PAST_ROWS = 20  # rows before each example; two horizons where that is more
CLIP_FACTOR = 10  # times the model's largest error: baselines are not drawn beyond


def errors_picture(backtest: Backtest, title: str) -> bytes:
    """A PNG of the mean absolute error at each step, the model's against the baselines'."""
    names, lines = [*backtest.baselines, "model"], [*backtest.baselines.values(), backtest.model]
    colors = [*islice(cycle(BASELINE_COLORS), len(names) - 1), MODEL_COLOR]
    figure, axes = _axes_by_step(title, backtest.horizon)
    axes.set(ylabel="mean absolute error")
    if backtest.horizon == 1:
        axes.set(xlim=(-0.6, len(names) - 0.4), xlabel="")
        axes.bar(names, [scores.mae[0] for scores in lines], color=colors, width=0.6)
        return png(figure)
    steps, mark = range(1, backtest.horizon + 1), marker(backtest.horizon)
    for name, scores, color in zip(names, lines, colors, strict=True):
        width = 2.6 if name == "model" else 1.2
        axes.plot(steps, scores.mae, color=color, marker=mark, markersize=3, linewidth=width, label=name)
    highest = max(max(scores.mae) for scores in lines)
    axes.set_ylim(0, 1.05 * min(highest, CLIP_FACTOR * max(backtest.model.mae)) or 1)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
    return png(figure)


def coverage_picture(coverage: Mapping[str, Sequence[float]], title: str) -> bytes:
    """A PNG of the share of values within each level's intervals at each step, in percent, and the level, dashed."""
    horizon = len(next(iter(coverage.values())))
    figure, axes = _axes_by_step(title, horizon)
    steps, mark = np.arange(1, horizon + 1), marker(horizon)
    for (level, shares), color in zip(coverage.items(), cycle(LEVEL_COLORS), strict=False):
        axes.axhline(float(level), color=color, linewidth=0.9, linestyle="--")
        axes.plot(steps, 100 * np.array(shares), color=color, marker=mark, markersize=3, label=f"{level} %")
    lowest = min(min(100 * min(shares), float(level)) for level, shares in coverage.items())
    axes.set(ylabel="covered, percent", ylim=(max(-2, lowest - 10), 102))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return png(figure)


def examples_picture(
    held_out: Sequence[HeldOut],
    forecasts: RollingForecasts,
    intervals: Intervals | None,
    spec: ModelSpec,
    title: str,
) -> bytes:
    """A PNG of forecasts of the first target from evenly spaced origins, over the actual values, with their bands."""
    horizon = forecasts.actuals.shape[1]
    error_bounds = _error_bounds(intervals, horizon)
    chosen = np.unique(np.linspace(0, len(forecasts.origins) - 1, MAX_EXAMPLES).round().astype(int))
    figure = Figure(figsize=(10, 6.4), dpi=100, layout="constrained")
    figure.suptitle(title)
    for panel, index in enumerate(chosen.tolist(), start=1):
        axes = figure.add_subplot(2, 2, panel)
        # 1. The bands, the past, the actual values and the forecast, which begin at the last value.
        origin = forecasts.origins[index : index + 1]
        rows = min(int(origin.rows[0]), max(MIN_PAST_ROWS, 2 * horizon))
        past = rows_before(held_out, origin, rows)[0, :, spec.target_columns[0]]
        forecast = forecasts.predictions[index, :, 0]
        for level, bounds in error_bounds.items():
            raw = forecasts.scale.of_rows(slice(index, index + 1)).bounds(bounds)
            _draw_band(axes, past[-1], Bounds(raw.lower[0], raw.upper[0]).around(forecast[:, None]), level)
        steps = np.arange(horizon + 1)
        actual_line = np.append(past[-1:], forecasts.actuals[index, :, 0])
        forecast_line, mark = np.append(past[-1:], forecast), marker(horizon)
        axes.plot(np.arange(1 - rows, 1), past, "--", color=SERIES_COLOR, linewidth=1)
        axes.plot(steps, actual_line, color=SERIES_COLOR, linewidth=1.2, label="what came")
        axes.plot(steps, forecast_line, color=MODEL_COLOR, linewidth=1.8, marker=mark, markersize=3, label="forecast")
        # 2. The labels.
        series = held_out[int(origin.series[0])].id
        axes.set_title(f"{series + ', ' if series else ''}from row {int(origin.rows[0]) + 1}", fontsize=9)
        if panel % 2:
            axes.set_ylabel(spec.targets[0])
        if panel > len(chosen) - 2:
            axes.set_xlabel("steps after the last value")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.margins(x=0.01)
        axes.grid(alpha=0.25)
    labelled = figure.axes[0].get_legend_handles_labels()
    figure.legend(*labelled, loc="outside lower center", ncols=4, frameon=False)
    return png(figure)


def _axes_by_step(title: str, horizon: int) -> tuple[Figure, Axes]:
    """A figure and its axes, with the steps of a horizon from left to right."""
    figure = Figure(figsize=(9, 4.4), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel="step", xlim=(0.5, horizon + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    return figure, axes


def _error_bounds(intervals: Intervals | None, horizon: int) -> dict[int, Bounds]:
    """The bounds of errors at the level of each band, in units of the scale, where they are calibrated."""
    bounds: dict[int, Bounds] = {}
    if intervals is None or horizon > intervals.steps:
        return bounds
    for level in BAND_COLORS:
        try:
            bounds[level] = intervals.error_bounds(level, horizon)
        except InvalidRequest:  # too few errors for this level
            continue
    return bounds


def _draw_band(axes: Axes, last: float, bounds: Bounds, level: int) -> None:
    """The first target's band; it begins at the last known value, where nothing is uncertain yet."""
    lower, upper = (np.append(last, bound[:, 0]) for bound in bounds)
    axes.fill_between(np.arange(len(lower)), lower, upper, color=BAND_COLORS[level], linewidth=0, label=f"{level} %")
