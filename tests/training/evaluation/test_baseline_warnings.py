"""Warnings of better baselines, in words."""

import pytest

from tests.training.evaluation.made_up_scores import backtest_of, scores
from training.evaluation.baseline_warnings import baseline_warnings, describe_steps


def test_each_baseline_that_is_better_somewhere_is_named_with_its_steps() -> None:
    result = backtest_of(scores(2, 2, 2), naive=scores(1, 3, 1), alike=scores(2, 2, 2), linear=scores(1, 1, 1))
    descriptions = {"naive": "repeating", "alike": "the same", "linear": "a line"}
    assert baseline_warnings(result, descriptions) == (
        "loses to naive at steps 1 and 3: repeating is better there",
        "loses to linear at every step: a line is better there",
    )


def test_one_step_is_a_step() -> None:
    assert baseline_warnings(backtest_of(scores(2), naive=scores(1)), {"naive": "repeating"}) == (
        "loses to naive at step 1: repeating is better there",
    )


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([4], "step 4"),
        ([3, 4, 5, 6, 7, 12], "steps 3 to 7 and 12"),
        ([1, 3, 4, 6], "steps 1, 3 to 4 and 6"),
        ([*range(1, 21, 2)], "10 steps, the first of them 1, 3, 5, 7, 9"),
    ],
)
def test_steps_in_words(numbers: list[int], text: str) -> None:
    assert describe_steps(numbers) == text
