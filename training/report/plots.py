"""Drawing a training run: next-value forecasts over the series, and the losses."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from training.report.figure_style import MARK_COLOR, MAX_PANELS, MODEL_COLOR, SERIES_COLOR, marker, png

MAX_ROWS = 500  # of a series in one picture, its last


def next_values_picture(
    values: NDArray[np.float64],
    forecasts: NDArray[np.float64],
    names: Sequence[str],
    title: str,
    tested_from: int = 0,
) -> bytes:
    """A PNG of a series, dashed, over its next-value forecasts; its last `MAX_ROWS` rows.

    `values` has shape (rows, targets); `forecasts` (rows or fewer, targets) ends with the same row. A line
    marks the row that the test begins with, where it is in the picture.
    """
    panels = min(len(names), MAX_PANELS)
    figure = Figure(figsize=(10, 1.2 + 3 * panels), dpi=100, layout="constrained")
    figure.suptitle(title)
    first = max(0, len(values) - MAX_ROWS)
    forecasts = forecasts[-(len(values) - first) :]
    rows = np.arange(len(values))
    for panel in range(panels):
        axes = figure.add_subplot(panels, 1, panel + 1)
        forecast = forecasts[:, panel]
        axes.plot(rows[-len(forecast) :], forecast, color=MODEL_COLOR, linewidth=2.2, label="forecast, one step ahead")
        axes.plot(rows[first:], values[first:, panel], "--", color=SERIES_COLOR, linewidth=1.1, label="series")
        if tested_from > first:
            axes.axvline(tested_from, color=MARK_COLOR, linewidth=1, label="test begins")
        axes.set(ylabel=names[panel], xlabel="row" if panel == panels - 1 else "")
        axes.margins(x=0.01)
        axes.grid(alpha=0.25)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return png(figure)


def loss_picture(
    loss: Sequence[float], validation_loss: Sequence[float] | None, title: str, phase_change_epoch: int | None = None
) -> bytes:
    """A PNG of the losses after each epoch, on a logarithmic axis unless one is 0.

    A line marks the epoch after which the training through the rollout began, where there was one.
    """
    figure = Figure(figsize=(7, 4), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    epochs = range(1, len(loss) + 1)
    for name, losses, color in (("training", loss, SERIES_COLOR), ("validation", validation_loss, MODEL_COLOR)):
        if losses is not None:
            axes.plot(epochs, losses, color=color, marker=marker(len(losses)), markersize=3, label=name)
    if phase_change_epoch is not None:
        axes.axvline(phase_change_epoch + 0.5, color=MARK_COLOR, linewidth=1, label="then through the rollout")
    if min(min(losses) for losses in (loss, validation_loss) if losses) > 0:
        axes.set_yscale("log")
    axes.set(xlabel="epoch", ylabel="loss (scaled units)", title=title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25, which="both")
    axes.legend()
    return png(figure)
