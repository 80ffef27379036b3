"""A forecast's picture, looked at before it becomes a PNG; and that it becomes a small one."""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.intervals.conformal import Bounds
from training.report import forecast_plot as module
from training.report.figure_style import MAX_PANELS, png
from training.report.forecast_plot import MIN_PAST_ROWS, forecast_plot

VALUES = np.array([[1.0], [4.0], [2.0]])
AHEAD = np.array([[3.0], [5.0]])


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures drawn so far; each must make a small PNG, which is the answer."""
    figures: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        figures.append(figure)
        return png(figure)

    monkeypatch.setattr(module, "png", keep)
    return figures


def line(axes: Axes, label: str) -> list[tuple[float, float]]:
    """The points of the line of a label."""
    (found,) = (each for each in axes.get_lines() if each.get_label() == label)
    return list(zip(np.asarray(found.get_xdata()).tolist(), np.asarray(found.get_ydata()).tolist(), strict=True))


def bands(axes: Axes) -> dict[str, set[tuple[float, float]]]:
    """The corners of each band, in the order in which they are drawn."""
    return {
        str(band.get_label()): set(map(tuple, np.asarray(band.get_paths()[0].vertices, np.float64).tolist()))
        for band in axes.collections
    }


def around(forecast: Any, below: float, above: float) -> Bounds:
    return Bounds(np.asarray(forecast) - below, np.asarray(forecast) + above)


def test_a_picture_is_a_small_png(drawn: list[Figure]) -> None:
    picture = forecast_plot(VALUES, AHEAD, ["load"], "title", {"80": around(AHEAD, 1, 2)})
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 50_000
    assert len(drawn) == 1


def test_the_forecast_begins_where_the_series_ends(drawn: list[Figure]) -> None:
    forecast_plot(VALUES, AHEAD, ["load"], "title")
    (axes,) = drawn[0].axes
    assert line(axes, "series") == [(-2, 1), (-1, 4), (0, 2)]
    assert line(axes, "forecast") == [(0, 2), (1, 3), (2, 5)]


def test_without_levels_there_are_no_bands(drawn: list[Figure]) -> None:
    forecast_plot(VALUES, AHEAD, ["load"], "title")
    forecast_plot(VALUES, AHEAD, ["load"], "title", {})
    assert [bands(figure.axes[0]) for figure in drawn] == [{}, {}]


def test_a_band_reaches_from_the_lower_bounds_to_the_upper_ones_and_begins_at_the_last_value(
    drawn: list[Figure],
) -> None:
    forecast_plot(VALUES, AHEAD, ["load"], "title", {"80": Bounds(AHEAD - 1, np.array([[13.0], [25.0]]))})
    assert bands(drawn[0].axes[0]) == {"80 %": {(0, 2), (1, 2), (1, 13), (2, 4), (2, 25)}}


@pytest.mark.parametrize("levels", [["9", "80", "97.5"], ["97.5", "80", "9"], ["80", "97.5", "9"]])
def test_the_widest_band_lies_below_and_is_the_palest(drawn: list[Figure], levels: list[str]) -> None:
    forecast_plot(VALUES, AHEAD, ["load"], "title", {level: around(AHEAD, float(level), 0) for level in levels})
    (axes,) = drawn[0].axes
    found = bands(axes)
    assert list(found) == ["97.5 %", "80 %", "9 %"]
    assert [min(corners)[1] for corners in found.values()] == [2, 2, 2]
    assert [min(y for _, y in corners) for corners in found.values()] == [3 - 97.5, 3 - 80, 3 - 9]
    alphas = [float(band.get_alpha() or 0) for band in axes.collections]
    assert alphas == pytest.approx([0.15, 0.3, 0.45])


def test_each_target_has_a_panel_with_its_own_line_and_its_own_bands(drawn: list[Figure]) -> None:
    values, ahead = np.array([[1.0, 100.0], [2.0, 200.0]]), np.array([[3.0, 300.0]])
    bounds = Bounds(np.array([[2.0, 150.0]]), np.array([[4.0, 450.0]]))
    forecast_plot(values, ahead, ["load", "price"], "title", {"80": bounds})
    load, price = drawn[0].axes
    assert (load.get_ylabel(), price.get_ylabel()) == ("load", "price")
    assert (line(load, "series"), line(load, "forecast")) == ([(-1, 1), (0, 2)], [(0, 2), (1, 3)])
    assert (line(price, "series"), line(price, "forecast")) == ([(-1, 100), (0, 200)], [(0, 200), (1, 300)])
    assert bands(load) == {"80 %": {(0, 2), (1, 2), (1, 4)}}
    assert bands(price) == {"80 %": {(0, 200), (1, 150), (1, 450)}}


def test_words_stand_once_the_title_above_and_the_steps_below(drawn: list[Figure]) -> None:
    forecast_plot(np.ones((2, 2)), np.ones((1, 2)), ["load", "price"], "it goes on")
    assert [axes.get_title() for axes in drawn[0].axes] == ["it goes on", ""]
    assert [axes.get_xlabel() for axes in drawn[0].axes] == ["", "steps after the last value"]


def test_only_so_many_targets_are_drawn(drawn: list[Figure]) -> None:
    names = [f"target {number}" for number in range(MAX_PANELS + 2)]
    forecast_plot(np.ones((2, len(names))), np.ones((1, len(names))), names, "title")
    assert [axes.get_ylabel() for axes in drawn[0].axes] == names[:MAX_PANELS]


@pytest.mark.parametrize(
    ("horizon", "rows"), [(1, MIN_PAST_ROWS), (MIN_PAST_ROWS // 3, MIN_PAST_ROWS), (MIN_PAST_ROWS, 3 * MIN_PAST_ROWS)]
)
def test_of_a_long_series_only_the_end_is_drawn(drawn: list[Figure], horizon: int, rows: int) -> None:
    values = np.arange(1000.0)[:, None]
    forecast_plot(values, np.ones((horizon, 1)), ["load"], "title")
    points = line(drawn[0].axes[0], "series")
    assert (len(points), points[0], points[-1]) == (rows, (1 - rows, 1000 - rows), (0, 999))


@pytest.mark.parametrize(("horizon", "marker"), [(30, "o"), (31, "None")])
def test_few_steps_are_marked_one_by_one(drawn: list[Figure], horizon: int, marker: str) -> None:
    forecast_plot(VALUES, np.ones((horizon, 1)), ["load"], "title")
    (found,) = (each for each in drawn[0].axes[0].get_lines() if each.get_label() == "forecast")
    assert found.get_marker() == marker


def test_the_legend_tells_every_line_and_band_once(drawn: list[Figure]) -> None:
    bounds = {level: around(np.ones((1, 2)), 1, 1) for level in ("80", "95")}
    forecast_plot(np.ones((2, 2)), np.ones((1, 2)), ["load", "price"], "title", bounds)
    (legend,) = drawn[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["95 %", "80 %", "series", "forecast"]
