"""A backtest by hand: its origins, its scores and which baselines it has."""

import numpy as np
import pytest

from models.spec.covariate import Covariate
from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from training.data.held_out import HeldOut, History
from training.errors import SeriesError
from training.evaluation import origins as module
from training.evaluation.backtest import BacktestData, ScoredForecasts, backtest
from training.recipes.recipe import Recipe

VALUES = np.array([[1.0], [3], [2], [6], [4], [9], [7], [8]])
RECIPE = Recipe().with_values({"horizon": 2, "season": 3})


def result_of(*held_out: HeldOut, recipe: Recipe = RECIPE, answer: float = 5) -> ScoredForecasts:
    histories = tuple(History(each.values[: each.part.start]) for each in held_out)
    result = backtest(recipe, constant(answer), BacktestData(histories, held_out, "the end"))
    assert result is not None
    return result


def test_model_and_baselines_forecast_from_the_same_origins() -> None:
    scores = result_of(HeldOut(VALUES, range(4, 8))).scores
    assert (scores.tested_on, scores.horizon, scores.origins, scores.stride) == ("the end", 2, 3, 1)
    assert (scores.series, scores.season) == (1, 3)
    # Origins at rows 4, 5 and 6: the actual values are 4 9, 9 7, 7 8.
    assert scores.model.mae == pytest.approx(((1 + 4 + 2) / 3, (4 + 2 + 3) / 3))
    assert scores.model.rmse == pytest.approx((7**0.5, (29 / 3) ** 0.5))
    assert scores.model.mase == pytest.approx((7 / 3 / 5, 3 / 5))  # before the part only 1 and 6 are a season apart
    assert scores.baselines["last value"].mae == pytest.approx(((2 + 5 + 2) / 3, (3 + 3 + 1) / 3))
    assert scores.baselines["seasonal naive 3"].mae == pytest.approx(((1 + 7 + 1) / 3, (7 + 1 + 4) / 3))


def test_the_linear_baseline_learns_from_the_histories_only() -> None:
    held_out = HeldOut(np.array([[0.0], [2], [1], [2], [1], [2]]), range(3, 6))
    ramp = np.arange(20.0)[:, None]
    result = backtest(
        RECIPE.with_values({"linear_lags": 1}), constant(5), BacktestData((History(ramp),), (held_out,), "")
    )
    assert result is not None
    assert result.scores.baselines["linear 1"].mae == pytest.approx(((0 + 2) / 2, (2 + 2) / 2), abs=1e-6)  # it adds 1
    assert result.baseline_descriptions["linear 1"] == "a linear model of 1 lag"


def test_a_panel_has_one_origin_in_each_series(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ORIGINS", 1)
    held_out = [HeldOut(VALUES * factor, range(6, 8)) for factor in (1, 10)]
    scores = result_of(*held_out, answer=8).scores
    assert (scores.origins, scores.series, scores.stride) == (2, 2, 1)
    assert scores.model.mae == pytest.approx(((1 + 62) / 2, (0 + 72) / 2))
    season = (5 + 1 + 7) / 3
    assert scores.model.mase == pytest.approx(((1 + 6.2) / 2 / season, (0 + 7.2) / 2 / season))
    assert scores.panel is None  # nobody could tell which is which


def test_each_series_of_a_panel_has_its_error_and_those_without_an_origin_are_named() -> None:
    held_out = [HeldOut(VALUES * factor, range(6, stop), id=name) for name, factor, stop in (("a", 1, 8), ("b", 10, 8))]
    short = HeldOut(VALUES, range(7, 8), id="c")
    data = BacktestData((History(VALUES[:6]),), (*held_out, short), "the end", ("a", "b", "c", "d"))
    result = backtest(RECIPE, constant(8), data)
    assert result is not None
    panel, left_out = result.scores.panel, result.scores.left_out
    assert panel is not None
    assert left_out is not None
    season = (5 + 1 + 7) / 3
    assert [each.series for each in panel.worst] == ["b", "a"]
    assert [each.mase for each in panel.worst] == pytest.approx([(6.2 + 7.2) / 2 / season, (1 + 0) / 2 / season])
    assert [each.baseline_mase for each in panel.worst] == pytest.approx([(1 + 4) / 2 / season] * 2)
    assert (panel.baseline, left_out.names, left_out.of) == ("seasonal naive 3", ("c", "d"), 4)


def test_about_a_thousand_origins_unless_the_recipe_says_a_stride(monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = HeldOut(np.arange(50.0)[:, None], range(10, 50))
    assert result_of(held_out, recipe=RECIPE.with_values({"stride": 7})).scores.origins == 6
    monkeypatch.setattr(module, "MAX_ORIGINS", 13)
    scores = result_of(held_out).scores
    assert (scores.stride, scores.origins) == (4, 10)  # 3 would visit one phase of the season


def test_a_model_that_can_not_roll_out_is_tested_on_the_next_value() -> None:
    spec = plain_spec(("a", "b"), ("b",))
    values = np.concatenate([VALUES, 2 * VALUES], axis=1)
    result = backtest(
        RECIPE, constant(10, spec), BacktestData((History(values[:4]),), (HeldOut(values, range(4, 8)),), "")
    )
    assert result is not None
    assert (result.scores.horizon, result.scores.model.mae) == (1, (20 / 4,))
    assert result.scores.baselines["last value"].mae == ((4 + 10 + 4 + 2) / 4,)


def test_origins_begin_where_the_longest_season_does_unless_a_series_would_be_left_without() -> None:
    whole = HeldOut(VALUES, range(8))
    assert result_of(whole).forecasts.origins.rows.tolist() == [3, 4, 5, 6]
    result = result_of(whole, recipe=RECIPE.with_values({"season": (7, 3)}))
    assert result.forecasts.origins.rows.tolist() == [3, 4, 5, 6]
    assert list(result.scores.baselines) == ["last value", "seasonal naive 3"]


def test_a_baseline_that_grows_without_bounds_is_left_out() -> None:
    recipe = RECIPE.with_values({"horizon": 400, "season": 3, "linear_lags": 1})
    growing = np.array([10.0**power for power in range(12)])[:, None]
    held_out = HeldOut(np.concatenate([growing, np.ones((400, 1))]), range(12, 412))
    result = backtest(recipe, constant(1), BacktestData((History(growing),), (held_out,), ""))
    assert result is not None
    assert list(result.scores.baselines) == list(result.baseline_descriptions) == ["last value", "seasonal naive 3"]


def test_no_room_for_a_horizon_is_no_backtest() -> None:
    assert backtest(RECIPE, constant(1), BacktestData((History(VALUES),), (HeldOut(VALUES, range(7, 8)),), "")) is None


def test_a_model_that_scales_each_context_meets_a_baseline_that_does() -> None:
    spec = plain_spec(scaler=Scaler.fit("context", VALUES))
    halving = np.array([64.0, 32, 16, 8, 4, 2, 1, 0.5, 0.25])[:, None]
    data = BacktestData((History(halving),), (HeldOut(halving * 1e6, range(7, 9)),), "")
    result = backtest(RECIPE.with_values({"linear_lags": 1}), constant(0, spec), data)
    assert result is not None
    assert result.scores.baselines["linear 1"].mae == pytest.approx((0, 0), abs=1e-3)


@pytest.mark.parametrize("count", [1, 2])
def test_the_linear_baseline_sees_the_covariates_of_each_step(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_CHUNK_ORIGINS", 3)
    monkeypatch.setattr(module, "MAX_CHUNK_VALUES", 1)
    spec = plain_spec(future=(Covariate(name="x"),), outputs=1)
    codes = [np.random.default_rng(seed).normal(size=(900, 1)) for seed in range(count)]
    held_out = tuple(HeldOut(3 * each + 4, range(880, 900), None, str(index), each) for index, each in enumerate(codes))
    data = BacktestData(tuple(History(each.values[:880], None, each.codes) for each in held_out), held_out, "")
    result = backtest(RECIPE.with_values({"linear_lags": 2}), constant(4, spec), data)
    assert result is not None
    assert result.scores.baselines["linear 2"].mae == pytest.approx((0, 0), abs=0.01)
    assert result.scores.baselines["last value"].mae[0] > 2
    assert result.baseline_descriptions["linear 2"] == "a linear model of 2 lags and 1 known input"


def test_without_times_a_model_with_a_calendar_is_not_tested() -> None:
    spec = plain_spec(calendar=("day",), frequency="1d")
    with pytest.raises(SeriesError, match="the series tells no times"):
        backtest(RECIPE, constant(1, spec), BacktestData((History(VALUES),), (HeldOut(VALUES, range(4, 8)),), ""))
