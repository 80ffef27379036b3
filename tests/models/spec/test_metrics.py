"""What is recorded of how good a model is."""

import pytest
from pydantic import ValidationError

from models.spec.metrics import Backtest, Calibration, ClassicalScores, StepScores


def scores(*mae: float) -> StepScores:
    return StepScores(mae=mae, rmse=mae, mase=None, smape=mae)


def backtest(model: StepScores, **baselines: StepScores) -> Backtest:
    return Backtest(
        tested_on="made up", horizon=2, origins=9, stride=3, season=7, model=model, baselines=dict(baselines)
    )


def test_skill_is_the_share_of_a_baselines_error_that_the_model_does_away_with() -> None:
    record = backtest(scores(1, 3), last_value=scores(4, 2), seasonal_naive=scores(1, 6))
    assert record.skill() == {"last_value": (0.75, -0.5), "seasonal_naive": (0, 0.5)}


def test_skill_against_a_baseline_without_error() -> None:
    assert backtest(scores(0, 1), perfect=scores(0, 0)).skill() == {"perfect": (0, -1)}


@pytest.mark.parametrize(
    ("model", "baseline"),
    [
        (scores(1), scores(1, 1)),
        (scores(1, 1), scores(1, 1, 1)),
        (scores(1, 1).model_copy(update={"mase": (1.0,)}), scores(1, 1)),
    ],
)
def test_every_score_is_of_the_whole_horizon(model: StepScores, baseline: StepScores) -> None:
    with pytest.raises(ValidationError, match="must be of 2 steps, its horizon"):
        backtest(model, last_value=baseline)


def test_classical_methods_are_kept_and_may_be_absent() -> None:
    plain = backtest(scores(1, 3), last_value=scores(4, 2))
    classical = ClassicalScores(
        horizon=2, origins=3, library="a", rows=9, model=scores(1, 2), baselines={"b": scores(2, 2)}, notes={"b": ""}
    )
    record = plain.model_copy(update={"classical": classical})
    assert Backtest.model_validate_json(record.model_dump_json()) == record
    assert classical.skill() == {"b": (0.5, 0)}
    before = plain.model_dump(mode="json", exclude={"classical"})
    assert Backtest.model_validate(before) == plain


def test_intervals_may_reach_further_than_what_was_tested_and_no_less() -> None:
    def calibration(**levels: tuple[float, ...]) -> Calibration:
        return Calibration(calibrated_on="x", horizon=3, count=9, coverage=levels, interval_score=levels)

    for steps in ((0.8,), (0.8, 0.8), (0.8, 0.7, 0.6)):
        assert calibration(**{"80": steps, "95": steps}).coverage["80"] == steps
    for other in ({"80": (0.8,) * 4}, {"80": (0.8,), "95": (0.8, 0.9)}):
        with pytest.raises(ValidationError, match="must be of the same steps, 3 at most"):
            calibration(**other)
