"""Blocks that members leave out: which rows they are, and that nothing is learned from them."""

from collections import Counter

import numpy as np
import pytest

from training.data.dataset import Dataset, build_dataset
from training.data.left_out import Block, learned_rows, left_out_blocks
from training.reading.series import Series
from training.recipes.recipe import Recipe

RECIPE = Recipe().with_values(
    {"window": 3, "horizon": 2, "members": 2, "leave_out": True, "scaler": "none", "train_share": 0.8}
)


def built(recipe: Recipe, *rows: int) -> Dataset:
    """Series that count up, from 0, from 1000 and so on: a value tells its series and its row."""
    values = [1000 * index + np.arange(float(count))[:, None] for index, count in enumerate(rows)]
    return build_dataset(recipe, [Series(each, ("y",), "made up", str(index)) for index, each in enumerate(values)])


def blocks_of(recipe: Recipe, dataset: Dataset) -> tuple[Block, ...]:
    return left_out_blocks(recipe, dataset.spec, [each.train for each in dataset.parts])


def targets_of(dataset: Dataset) -> set[float]:
    targets = dataset.train.targets
    return set(targets[~np.isnan(targets)].tolist())


@pytest.mark.parametrize("values", [{}, {"members": 3, "horizon": 1}, {"rollout": "state", "sequence": 5}])
def test_blocks_are_all_rows_that_may_be_a_target_once_and_members_take_turns(values: dict[str, object]) -> None:
    recipe = RECIPE.with_values(values)
    blocks = blocks_of(recipe, built(recipe, 100))
    assert [row for block in blocks for row in block.rows] == [*range(3, 80)]
    assert [block.member for block in blocks] == [number % recipe.network.members for number in range(len(blocks))]
    assert min(len(block.rows) for block in blocks) >= 4 * recipe.horizon
    assert min(Counter(block.member for block in blocks).values()) >= 3


def test_each_series_begins_with_another_member() -> None:
    blocks = blocks_of(RECIPE, built(RECIPE, 100, 50))
    assert [block.member for block in blocks if block.series == 0][:3] == [0, 1, 0]
    assert [block.member for block in blocks if block.series == 1][:3] == [1, 0, 1]
    assert [row for block in blocks if block.series == 1 for row in block.rows] == [*range(3, 40)]


@pytest.mark.parametrize("values", [{"leave_out": False}, {"horizon": 4}, {"rollout": "state", "sequence": 10}])
def test_nothing_is_left_out_where_it_is_not_asked_for_or_rows_are_few(values: dict[str, object]) -> None:
    recipe = RECIPE.with_values(values)
    dataset = built(recipe, 100)
    assert blocks_of(recipe, dataset) == ()
    assert dataset.without(recipe, []) is dataset


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"outputs": 3},
        {"rollout": "state", "sequence": 5},
        {"rollout": "state", "feedback": 2, "burn_in": 2},
        {"missing": "mask"},
    ],
)
def test_a_member_learns_from_no_row_of_its_blocks_and_from_all_others(values: dict[str, object]) -> None:
    recipe = RECIPE.with_values(values)
    dataset = built(recipe, 100, 60)
    blocks = blocks_of(recipe, dataset)
    for member in range(2):
        own = [block for block in blocks if block.member == member]
        learned = dataset.without(recipe, own)
        left_out = {1000.0 * block.series + row for block in own for row in block.rows}
        assert targets_of(learned) == targets_of(dataset) - left_out
        assert len(left_out) > 30
        assert np.array_equal(learned.validation.windows, dataset.validation.windows)
        assert learned.spec == dataset.spec


def test_what_is_left_are_the_rows_between_the_blocks() -> None:
    left_out = [Block(0, range(3, 5), 0), Block(0, range(5, 6), 0), Block(0, range(8, 10), 0)]
    assert learned_rows([range(10), range(4)], left_out) == [[range(3), range(6, 8)], [range(4)]]


def test_hidden_values_are_those_of_the_whole_series() -> None:
    recipe = RECIPE.with_values({"missing": "mask"})
    dataset = built(recipe, 100)
    learned = dataset.without(recipe, [block for block in blocks_of(recipe, dataset) if block.member == 0])
    whole = {each.tobytes() for each in dataset.train.windows}
    assert {each.tobytes() for each in learned.train.windows} < whole
