"""Scores by hand, and beside those of utilsforecast."""

import numpy as np
import polars as pl
import pytest

from training.data.held_out import HeldOut
from training.evaluation.step_scores import mase_scales, step_scores

ONE_SERIES = np.zeros(2, np.int64)


def test_errors_of_each_step_by_hand() -> None:
    actuals = np.array([[[10.0], [20]], [[30.0], [0]]])
    forecasts = np.array([[[12.0], [20]], [[26.0], [0]]])
    scores = step_scores(forecasts, actuals, ONE_SERIES, np.array([[2.0]]))
    assert scores.rmse == pytest.approx((10**0.5, 0))
    assert (scores.mae, scores.mase) == ((3, 0), (1.5, 0))
    assert scores.smape == pytest.approx((100 * (2 / 22 + 4 / 56), 0))  # 0 forecast as 0 is no error


def test_mase_is_the_mean_over_series_and_targets_of_their_own() -> None:
    actuals = np.zeros((3, 1, 2))
    forecasts = np.array([[[1.0, 10]], [[3, 30]], [[6, 60]]])
    scales = np.array([[1.0, 5], [2, 0], [1, 1]])  # the third series has no origin
    scores = step_scores(forecasts, actuals, np.array([0, 0, 1]), scales)
    assert scores.mase == ((2 + 4 + 3) / 3,)
    assert scores.mae == (110 / 6,)


def test_mase_is_not_known_where_nothing_ever_changed() -> None:
    assert step_scores(np.ones((2, 1, 1)), np.zeros((2, 1, 1)), ONE_SERIES, np.zeros((1, 1))).mase is None


def test_scales_are_seasonal_changes_before_the_part() -> None:
    values = np.array([[1.0, 7], [2, 7], [4, 7], [8, 7], [99, 0]])
    held_out = [HeldOut(values, range(4, 5)), HeldOut(values, range(2, 5)), HeldOut(values, range(5))]
    assert mase_scales(held_out, 2, (0, 1)).tolist() == [[(3 + 6) / 2, 0], [0, 0], [0, 0]]
    assert mase_scales(held_out, 1, (0,)).tolist() == [[7 / 3], [1], [0]]


# Its docstrings have backslashes that Python warns of while it compiles them.
@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_utilsforecast_gives_the_same() -> None:
    from utilsforecast.losses import mae, mase, rmse, smape

    random = np.random.default_rng(0)
    counts, horizon, season, before = [3, 1, 5], 4, 3, 20
    series = np.repeat(np.arange(3), counts)
    actuals, forecasts = random.normal(5, 4, (2, len(series), horizon, 1))
    histories = random.normal(5, 4, (3, before, 1))
    held_out = [HeldOut(np.concatenate([history, history]), range(before, 2 * before)) for history in histories]
    ours = step_scores(forecasts, actuals, series, mase_scales(held_out, season, (0,)))
    rows = np.arange(before)
    past = pl.concat(
        pl.DataFrame({"unique_id": f"s{index}", "ds": rows, "y": history[:, 0]})
        for index, history in enumerate(histories)
    )
    assert ours.mase is not None
    for step in range(horizon):
        table = pl.DataFrame(
            {
                "unique_id": [f"s{index}" for index in series],
                "ds": before + np.arange(len(series)),
                "y": actuals[:, step, 0],
                "model": forecasts[:, step, 0],
            }
        )
        pooled = table.with_columns(unique_id=pl.lit("all"))
        theirs = [float(score(pooled, ["model"])["model"].mean()) for score in (mae, rmse, smape)]
        mase_of_series = mase(table, ["model"], seasonality=season, train_df=past)["model"]
        assert [ours.mae[step], ours.rmse[step], ours.smape[step] / 200] == pytest.approx(theirs)
        assert ours.mase[step] == pytest.approx(mase_of_series.mean())
