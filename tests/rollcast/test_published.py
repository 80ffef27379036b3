"""What a command says of a version that it has published."""

from models.spec.comparison import Comparison
from models.spec.metrics import Backtest, StepScores
from models.spec.panel_scores import LengthScore, PanelScores, SeriesScore
from rollcast.published import panel_lines

STEP = StepScores(mae=(1,), rmse=(1,), mase=(1,), smape=(9,))
TESTED = Backtest(tested_on="", horizon=1, origins=9, stride=1, series=9, season=1, model=STEP, baselines={})


def scores(*mase: float) -> tuple[SeriesScore, ...]:
    return tuple(SeriesScore(series=f"s{each:g}", rows=9, origins=1, mase=each, baseline_mase=1) for each in mase)


def test_the_worst_series_and_the_lengths_take_a_line_each() -> None:
    group = LengthScore(
        series=4, shortest=9, longest=20, mase=1.25, baseline_mase=1, comparison=Comparison(error_ratio=1.25)
    )
    panel = PanelScores(baseline="last value", worst=scores(5, 4, 3, 2), by_length=(group,))
    assert list(panel_lines(TESTED.model_copy(update={"panel": panel}))) == [
        "the worst of them, in brackets last value: s5 5 (1), s4 4 (1), s3 3 (1)",
        "by length: 9 to 20 rows 1.25 (1)",
    ]


def test_of_one_series_and_of_those_without_mase_nothing_is_said() -> None:
    assert list(panel_lines(TESTED)) == []
    assert list(panel_lines(TESTED.model_copy(update={"panel": PanelScores(baseline="last value")}))) == []
