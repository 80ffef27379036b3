"""Which baselines are warned of, and how."""

import pytest

from models.spec.comparison import Comparison
from models.spec.panel_scores import LengthScore, PanelScores
from tests.training.evaluation.made_up_scores import backtest_of, scores
from training.evaluation.baseline_warnings import baseline_warnings, length_warnings


@pytest.mark.parametrize(
    ("ratio", "p_value", "is_lost"),
    [
        (1.5, 0.001, True),
        (1.021, 0.04, True),
        (1.019, 0.001, False),
        (1.5, 0.06, False),
        (1.5, None, False),
        (0.9, 0.001, False),
    ],
)
def test_a_baseline_is_warned_of_where_it_is_better_by_more_than_noise(
    ratio: float, p_value: float | None, is_lost: bool
) -> None:
    result = backtest_of(scores(2, 2), naive=scores(1, 1)).model_copy(
        update={"comparisons": {"naive": Comparison(error_ratio=ratio, p_value=p_value)}}
    )
    assert len(baseline_warnings(result, {"naive": "repeating"})) == is_lost


def test_a_warning_says_by_how_much_and_how_sure_that_is() -> None:
    compared = {"comparisons": {"naive": Comparison(error_ratio=1.25, p_value=0.0123)}}
    several = backtest_of(scores(2, 2), naive=scores(1, 1)).model_copy(update=compared)
    assert baseline_warnings(several, {"naive": "repeating"}) == (
        "loses to naive over 2 steps, by 25 % (p 0.012): repeating is better",
    )
    one = backtest_of(scores(2), naive=scores(1)).model_copy(update=compared)
    assert baseline_warnings(one, {"naive": "repeating"})[0].startswith("loses to naive at the next value, by 25 %")


def test_lengths_of_series_on_which_a_baseline_is_better_are_told() -> None:
    def group(shortest: int, ratio: float) -> LengthScore:
        compared = Comparison(error_ratio=ratio, p_value=0.001)
        return LengthScore(
            series=24, shortest=shortest, longest=shortest + 20, mase=ratio, baseline_mase=1, comparison=compared
        )

    panel = PanelScores(baseline="seasonal naive 12", by_length=(group(20, 1.12), group(41, 0.9)))
    assert length_warnings(panel) == (
        "loses to seasonal naive 12 on the 24 series of 20 to 40 rows, by 12 % (p 0.001)",
    )
    assert length_warnings(None) == ()
