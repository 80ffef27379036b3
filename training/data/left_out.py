"""Blocks of training rows, each left out by one member of an ensemble, which can then be tested on them.

So every season that the training rows show has forecasts by a network that did not learn from it (Xu and Xie 2021,
EnbPI, arXiv:2010.09107; Kim, Xu and Barber 2020, jackknife+-after-bootstrap, arXiv:2002.09025). There samples are drawn
at random; neighbouring samples of a series share rows, so here whole blocks of time are left out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from models.spec.model_spec import ModelSpec
from training.data.samples import SampleShape
from training.recipes.recipe import Recipe

BLOCKS_PER_MEMBER = 8  # of each series, where it has the rows: the year then shows in each member's share
LEAST_BLOCKS = 3  # that each member must have of full length, or none leaves out any
LEAST_HORIZONS, LEAST_SAMPLES = 4, 2  # that a block of full length holds, one after another


class Block(NamedTuple):
    """Rows of a series that one member does not learn from; the indexes of the series and of the member."""

    series: int
    rows: range
    member: int


def left_out_blocks(recipe: Recipe, spec: ModelSpec, train: Sequence[range]) -> tuple[Block, ...]:
    """The blocks of each series' training rows, in order of time; none where the recipe or the rows leave none out.

    Together they are all rows that may be a target. The members take turns, in each series from another one on.
    """
    members = recipe.network.members
    if not recipe.fit.leave_out:
        return ()
    shape = SampleShape.of(recipe, spec)
    least = max(LEAST_HORIZONS * recipe.horizon, LEAST_SAMPLES * shape.target_steps)
    blocks, full = [], [0] * members
    for series, part in enumerate(train):
        rows = part[max(0, shape.spec.training_context - part.start) :]
        count = max(1, len(rows) // max(least, len(rows) // (BLOCKS_PER_MEMBER * members)))
        for number in range(count if rows else 0):
            block = rows[number * len(rows) // count : (number + 1) * len(rows) // count]
            member = (number + series) % members
            blocks.append(Block(series, block, member))
            full[member] += len(block) >= least
    return tuple(blocks) if min(full) >= LEAST_BLOCKS else ()


def learned_rows(train: Sequence[range], left_out: Sequence[Block]) -> list[list[range]]:
    """What is left of each series' training rows without some blocks, which come in order of time."""
    rest = []
    for series, part in enumerate(train):
        ranges, start = [], part.start
        for block in left_out:
            if block.series == series:
                ranges.append(range(start, block.rows.start))
                start = block.rows.stop
        rest.append([rows for rows in (*ranges, range(start, part.stop)) if rows])
    return rest
