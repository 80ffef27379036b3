"""Drawing a forecast where a series ends."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.inference.conformal import Bounds
from training.report.plots import MAX_PANELS, MODEL_COLOR, SERIES_COLOR, png

MIN_PAST_ROWS = 100  # of the series before the forecast; three horizons where that is more


def forecast_plot(
    values: NDArray[np.float64],
    forecast: NDArray[np.float64],
    names: Sequence[str],
    title: str,
    bands: Mapping[str, Bounds] | None = None,
) -> bytes:
    """A PNG of a series' end, dashed, and the forecast that follows it, with its intervals as bands.

    `values` has shape (rows, targets), `forecast` (horizon, targets), as have the bounds that `bands` holds for each
    level.
    """
    panels = min(len(names), MAX_PANELS)
    figure = Figure(figsize=(10, 1 + 3.2 * panels), dpi=100, layout="constrained")
    first = max(0, len(values) - max(MIN_PAST_ROWS, 3 * len(forecast)))
    past = np.arange(first, len(values)) - len(values) + 1
    # The last known value begins the forecast's line, so that the two are seen to join or not.
    ahead = np.arange(len(forecast) + 1)
    marker = "o" if len(forecast) <= 30 else None
    for panel in range(panels):
        axes = figure.add_subplot(panels, 1, panel + 1)
        line = np.concatenate([values[-1:, panel], forecast[:, panel]])
        # The widest first, so that the narrower ones lie over it.
        shades = sorted((bands or {}).items(), key=lambda band: -float(band[0]))
        for number, (level, bounds) in enumerate(shades, start=1):
            low, high = (np.concatenate([values[-1:, panel], bound[:, panel]]) for bound in bounds)
            axes.fill_between(
                ahead,
                low,
                high,
                color=MODEL_COLOR,
                alpha=0.6 * number / (len(shades) + 1),
                linewidth=0,
                label=f"{level} %",
            )
        axes.plot(past, values[first:, panel], "--", color=SERIES_COLOR, linewidth=1.2, label="series")
        axes.plot(ahead, line, color=MODEL_COLOR, linewidth=1.2, marker=marker, markersize=3, label="forecast")
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
