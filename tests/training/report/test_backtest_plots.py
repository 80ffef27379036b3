"""What is drawn, checked before it becomes a PNG, and that the PNG is small."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.intervals.conformal import Intervals
from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from tests.training.evaluation.made_up_scores import backtest_of, scores
from training.data.held_out import HeldOut
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts
from training.report import backtest_plots as module
from training.report.backtest_plots import coverage_picture, errors_picture, examples_picture
from training.report.figure_style import png

VALUES = np.arange(40.0)[:, None]
SPEC = plain_spec(("load",))
SERIES = [HeldOut(VALUES, range(30, 40), id="north"), HeldOut(100 + VALUES, range(38, 40), id="south")]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures drawn so far; each must make a small PNG."""
    figures: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        content = png(figure)
        assert content.startswith(b"\x89PNG")
        assert len(content) < 50_000
        figures.append(figure)
        return content

    monkeypatch.setattr(module, "png", keep)
    return figures


def lines(axes: Axes) -> dict[str, list[float]]:
    return {
        str(line.get_label()): np.asarray(line.get_ydata()).tolist()
        for line in axes.get_lines()
        if not str(line.get_label()).startswith("_")
    }


def test_errors_are_lines_of_the_model_and_the_baselines(drawn: list[Figure]) -> None:
    errors_picture(backtest_of(scores(1, 2, 3), naive=scores(3, 3, 3), linear=scores(2, 4, 7)), "load")
    (axes,) = drawn[0].axes
    assert lines(axes) == {"naive": [3, 3, 3], "linear": [2, 4, 7], "model": [1, 2, 3]}
    assert axes.get_ylim() == pytest.approx((0, 7.35))
    assert axes.get_title() == "load"


def test_a_baseline_far_off_does_not_flatten_the_rest(drawn: list[Figure]) -> None:
    errors_picture(backtest_of(scores(1, 2), out_of_range=scores(1, 1e6)), "load")
    assert drawn[0].axes[0].get_ylim() == pytest.approx((0, 21))


def test_errors_of_one_step_are_bars(drawn: list[Figure]) -> None:
    errors_picture(backtest_of(scores(2), naive=scores(3)), "load")
    (axes,) = drawn[0].axes
    assert [label.get_text() for label in axes.get_xticklabels() if label.get_text()] == ["naive", "model"]
    assert [bar.get_height() for bar in axes.patches] == [3, 2]  # type: ignore[attr-defined]


def test_a_model_without_error_is_drawn(drawn: list[Figure]) -> None:
    errors_picture(backtest_of(scores(0, 0), naive=scores(0, 0)), "load")
    assert len(drawn) == 1


def test_coverage_of_each_level_lies_beside_the_level(drawn: list[Figure]) -> None:
    coverage_picture({"50": [0.4, 0.5], "95": [0.97, 0.9]}, "load")
    (axes,) = drawn[0].axes
    assert lines(axes) == {"50 %": [40, 50], "95 %": [97, 90]}
    assert [line.get_ydata()[0] for line in axes.get_lines() if line.get_linestyle() == "--"] == [50, 95]  # type: ignore[index]
    assert axes.get_ylim() == (30, 102)


def example_forecasts(horizon: int = 2) -> RollingForecasts:
    """Forecasts of 7, each with a scale of 3."""
    scaled = plain_spec(("load",), scaler=Scaler(kind="standard", mean=(1.0,), scale=(3.0,)))
    return rolling_forecasts(constant(2, scaled), SERIES, find_origins(SERIES, 2, horizon), horizon)


def test_examples_are_spread_from_the_first_origin_to_the_last(drawn: list[Figure]) -> None:
    examples_picture(SERIES, example_forecasts(), None, SPEC, "title")
    assert [axes.get_title() for axes in drawn[0].axes] == [
        "north, from row 31",
        "north, from row 34",
        "north, from row 37",
        "south, from row 39",
    ]
    assert lines(drawn[0].axes[0]) == {"what came": [29, 30, 31], "forecast": [29, 7, 7]}
    assert lines(drawn[0].axes[3]) == {"what came": [137, 138, 139], "forecast": [137, 7, 7]}


@pytest.mark.parametrize(("count", "levels"), [(3, []), (5, ["80 %"]), (40, ["95 %", "80 %"])])
def test_bands_are_those_that_there_are_errors_for(drawn: list[Figure], count: int, levels: list[str]) -> None:
    errors = np.arange(1.0, count + 1) * np.array([1, 10])[:, None, None]
    examples_picture(SERIES, example_forecasts(), Intervals(errors), SPEC, "title")
    bands = drawn[0].axes[0].collections
    assert [band.get_label() for band in bands] == levels
    if levels:
        half = 3 * {5: 5, 40: 33}[count]  # of 80 %: the error of rank ceil(0.8 (count + 1))
        corners = set(map(tuple, np.asarray(bands[-1].get_paths()[0].vertices, np.float64).tolist()))
        assert {(1, 7 - half), (1, 7 + half), (2, 7 - 10 * half), (2, 7 + 10 * half), (0, 29)} <= corners


def test_bands_beyond_the_calibrated_steps_are_not_drawn(drawn: list[Figure]) -> None:
    examples_picture(SERIES, example_forecasts(), Intervals(np.ones((1, 1, 40))), SPEC, "title")
    assert not drawn[0].axes[0].collections


def test_one_origin_and_several_features_are_drawn_as_well(drawn: list[Figure]) -> None:
    spec = plain_spec(("a", "b"), ("b",))
    held_out = [HeldOut(np.concatenate([VALUES, -VALUES], axis=1), range(39, 40))]
    forecasts = rolling_forecasts(constant(7, spec), held_out, find_origins(held_out, 2, 1), 1)
    examples_picture(held_out, forecasts, None, spec, "title")
    (axes,) = drawn[0].axes
    assert lines(axes) == {"what came": [-38, -39], "forecast": [-38, 7]}
    assert (axes.get_title(), axes.get_ylabel()) == ("from row 40", "b")
