"""Which baselines are warned of, and how."""

import pytest

from models.spec.metrics import Comparison
from tests.training.evaluation.made_up_scores import backtest_of, scores
from training.evaluation.baseline_warnings import baseline_warnings


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
