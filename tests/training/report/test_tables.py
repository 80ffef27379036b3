"""Tables of errors and of coverage, cell by cell."""

from models.spec.metrics import StepScores
from tests.training.evaluation.made_up_scores import backtest_of
from training.evaluation.interval_scores import IntervalScores
from training.report.tables import errors_table, evenly_spaced_steps, intervals_table


def scores(*mae: float, mase: tuple[float, ...] | None = None) -> StepScores:
    return StepScores(mae=mae, rmse=tuple(2 * each for each in mae), mase=mase, smape=tuple(10 * each for each in mae))


def test_about_as_many_steps_as_asked_for_are_chosen() -> None:
    assert evenly_spaced_steps(5, 24) == [1, 2, 3, 4, 5]
    assert evenly_spaced_steps(48, 8) == [1, 6, 12, 18, 24, 30, 36, 42, 48]
    assert evenly_spaced_steps(50, 24)[-3:] == [45, 48, 50]


def test_errors_and_skill_of_each_step_and_of_their_means() -> None:
    result = backtest_of(scores(1, 3, mase=(0.5, 1.5)), naive=scores(2, 3), linear=scores(4, 12))
    assert errors_table(result, 24) == (
        ["step", "MAE", "RMSE", "MASE", "sMAPE", "naive", "skill", "linear", "skill"],
        [
            ["1", "1", "2", "0.5", "10", "2", "0.50", "4", "0.75"],
            ["2", "3", "6", "1.5", "30", "3", "0.00", "12", "0.75"],
            ["mean", "2", "4", "1", "20", "2.5", "0.20", "8", "0.75"],
        ],
    )


def test_one_step_needs_no_mean_and_an_unknown_mase_no_column() -> None:
    result = backtest_of(scores(1.23456), exact=scores(1e-9))
    assert errors_table(result, 24) == (
        ["step", "MAE", "RMSE", "sMAPE", "exact", "skill"],
        [["1", "1.235", "2.469", "12.35", "1e-09", "-1.2e+09"]],
    )


def test_coverage_is_in_percent() -> None:
    scores = IntervalScores({"50": (0.4, 0.6), "80": (0.8, 0.7512)}, {"80": (2, 4)}, (0.5, 1))
    assert intervals_table(scores, 24) == (
        ["step", "50 %", "80 %", "score 80", "pinball"],
        [["1", "40.0", "80.0", "2", "0.5"], ["2", "60.0", "75.1", "4", "1"], ["mean", "50.0", "77.6", "3", "0.75"]],
    )
