"""Made-up scores of a backtest, for tests of what is said and drawn of them."""

from models.spec.metrics import Backtest, StepScores


def scores(*mae: float) -> StepScores:
    """Scores with these mean absolute errors at each step."""
    return StepScores(mae=mae, rmse=mae, mase=None, smape=mae)


def backtest_of(model: StepScores, **baselines: StepScores) -> Backtest:
    """The record of a backtest with these scores."""
    return Backtest(
        tested_on="", horizon=len(model.mae), origins=1, stride=1, season=1, model=model, baselines=baselines
    )
