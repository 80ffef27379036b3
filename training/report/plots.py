"""Drawing a training run: the forecasts over the series, and the losses."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image

MAX_ROWS = 500  # of a series in one picture, its last
MAX_PANELS = 4  # one for each target
COLORS = 32  # a third of the bytes, for no loss that one sees: those of few pixels are kept apart as well
SERIES_COLOR, MODEL_COLOR, MARK_COLOR = "#1f2933", "#e9777f", "#2b6cb0"


def forecast_picture(
    values: NDArray[np.float64],
    forecasts: NDArray[np.float64],
    names: Sequence[str],
    title: str,
    tested_from: int = 0,
) -> bytes:
    """A PNG of a series, dashed, and next-value forecasts under it; its last `MOST_ROWS` rows.

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
    """A PNG of the losses after each epoch, on a logarithmic axis; a line marks the epochs done at a `turn`."""
    figure = Figure(figsize=(7, 4), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    marker = "o" if len(loss) <= 30 else None
    epochs = range(1, len(loss) + 1)
    axes.plot(epochs, loss, color=SERIES_COLOR, marker=marker, markersize=3, label="training")
    if validation_loss is not None:
        axes.plot(epochs, validation_loss, color=MODEL_COLOR, marker=marker, markersize=3, label="validation")
    if phase_change_epoch is not None:
        axes.axvline(phase_change_epoch + 0.5, color=MARK_COLOR, linewidth=1, label="then through the rollout")
    axes.set_yscale("log")
    axes.set(xlabel="epoch", ylabel="loss (scaled units)", title=title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25, which="both")
    axes.legend()
    return png(figure)


def png(figure: Figure) -> bytes:
    """The figure as the bytes of a small PNG, drawn without pyplot, whose global state would outlive it."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(COLORS, Image.Quantize.MAXCOVERAGE).save(small, "PNG", optimize=True)
    return small.getvalue()
