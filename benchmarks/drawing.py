"""Drawing the curves of how cost grows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

COLOURS = ("#0b6e99", "#d9730d", "#4d8a3d", "#8a4d9e")


class Picture(NamedTuple):
    """What a curve's picture says."""

    title: str
    along: str
    up: str


PICTURES = {
    "units": Picture("A rollout of 100 steps, one client", "units", "milliseconds"),
    "window": Picture("A rollout of 100 steps, one client", "window length", "milliseconds"),
    "horizon": Picture("One client's rollout: what a step costs", "horizon", "microseconds per step"),
    "batch": Picture("Rollouts of 100 steps, in process", "clients at once", "rollouts per second"),
    "connections": Picture("Next values over HTTP, one process", "connections", "requests per second"),
    "models": Picture("Resident memory of the service", "open models", "megabytes"),
    "start": Picture("Start-up, every model opened", "open models", "seconds until ready"),
}


def draw(curves: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]], folder: Path) -> None:
    """Draw each curve as a PNG of its name."""
    for name, lines in curves.items():
        picture = PICTURES[name]
        figure = Figure(figsize=(5.6, 3.8), dpi=110, layout="constrained")
        axes = figure.add_subplot()
        for colour, (label, points) in zip(COLOURS, lines.items(), strict=False):
            axes.plot(*zip(*points, strict=True), "o-", color=colour, label=label, markersize=3.5, linewidth=1.4)
        _dress(axes, picture, [at for at, _ in max(lines.values(), key=len)])
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
        figure.savefig(folder / f"{name}.png")


def _dress(axes: Axes, picture: Picture, ticks: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(ticks)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_title(picture.title, fontsize=10, loc="left")
    axes.set_xlabel(picture.along, fontsize=9)
    axes.set_ylabel(picture.up, fontsize=9)
    axes.tick_params(labelsize=8)
    axes.grid(color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
