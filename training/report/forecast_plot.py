"""Drawing a forecast of the values that follow a series."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.intervals.conformal import Bounds
from training.report.figure_style import MAX_PANELS, MODEL_COLOR, SERIES_COLOR, marker, png

MIN_PAST_ROWS = 100  # of the series before the forecast; three horizons where that is more


def forecast_plot(
    values: NDArray[np.float64],
    forecast: NDArray[np.float64],
    names: Sequence[str],
    title: str,
    bands: Mapping[str, Bounds] | None = None,
) -> bytes:
    """A PNG of a series' last rows, dashed, and the forecast that follows them, with its intervals as bands.

    `values` has shape (rows, targets), `forecast` (horizon, targets). `bands` has the bounds of each level, of the
    forecast's shape.
    """
    panels = min(len(names), MAX_PANELS)
    figure = Figure(figsize=(10, 1 + 3.2 * panels), dpi=100, layout="constrained")
    first = max(0, len(values) - max(MIN_PAST_ROWS, 3 * len(forecast)))
    past = np.arange(first, len(values)) - len(values) + 1
    # The forecast's line begins at the last known value, so that one sees whether the two join.
    ahead = np.arange(len(forecast) + 1)
    # So that the narrower bands lie over the wider ones.
    widest_first = sorted((bands or {}).items(), key=lambda band: -float(band[0]))
    for panel in range(panels):
        axes = figure.add_subplot(panels, 1, panel + 1)
        line = np.concatenate([values[-1:, panel], forecast[:, panel]])
        for number, (level, bounds) in enumerate(widest_first, start=1):
            lower, upper = (np.concatenate([values[-1:, panel], bound[:, panel]]) for bound in bounds)
            alpha = 0.6 * number / (len(widest_first) + 1)
            axes.fill_between(ahead, lower, upper, color=MODEL_COLOR, alpha=alpha, linewidth=0, label=f"{level} %")
        axes.plot(past, values[first:, panel], "--", color=SERIES_COLOR, linewidth=1.2, label="series")
        mark = marker(len(forecast))
        axes.plot(ahead, line, color=MODEL_COLOR, linewidth=1.2, marker=mark, markersize=3, label="forecast")
        axes.axvline(0, color=SERIES_COLOR, linewidth=0.6)
        axes.set(ylabel=names[panel], xlabel="steps after the last value" if panel == panels - 1 else "")
        axes.margins(x=0.01)
        axes.grid(alpha=0.25)
        if panel == 0:
            axes.set_title(title)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2 + len(bands or ()), frameon=False
    )
    return png(figure)
