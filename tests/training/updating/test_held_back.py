"""How many rows are held back, and what a spec says of all of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.model_spec import TrainingRange
from tests.support.tiny import publish_tiny, tiny_spec
from training.errors import SeriesError
from training.reading.series import Series
from training.recipes.recipe import Recipe
from training.updating.held_back import can_be_judged, held_back_dataset, whole_dataset
from training.updating.newer_rows import NewerRows

RECIPE = Recipe().with_values({"window": 4, "horizon": 5})


def newer(tmp_path: Path, rows: Sequence[int], first_new: Sequence[int], **spec: Any) -> NewerRows:
    """Series that count down from 49, of which some rows are new."""
    series = tuple(
        Series(49 - np.arange(float(count))[:, None], ("value",), "new.csv", str(index))
        for index, count in enumerate(rows)
    )
    made = publish_tiny(Registry.at(tmp_path / "registry"), "tiny", tiny_spec(**spec))
    return NewerRows(made, RECIPE, series, tuple(first_new))


@pytest.mark.parametrize(
    ("rows", "first_new", "starts"),
    [
        ((60,), (45,), [45]),  # three horizons, however few rows
        ((60,), (30,), [45]),
        ((400,), (300,), [360]),  # a tenth
        ((409,), (300,), [369]),  # in whole horizons
        ((400,), (378,), [380]),  # of the new rows
        ((60, 30, 20), (40, 22, 20), [45, 22, 20]),  # a series with fewer new rows, and one with none
    ],
)
def test_the_newest_horizons_are_held_back(
    tmp_path: Path, rows: Sequence[int], first_new: Sequence[int], starts: list[int]
) -> None:
    dataset = held_back_dataset(newer(tmp_path, rows, first_new))
    assert [part.test.start for part in dataset.parts] == [part.train.stop for part in dataset.parts] == starts
    assert [part.test.stop for part in dataset.parts] == list(rows)
    assert len(dataset.validation.windows) == len(dataset.calibration) == 0
    assert dataset.spec.scaler == tiny_spec().scaler


def test_there_must_be_three_horizons_and_rows_before_them(tmp_path: Path) -> None:
    assert not can_be_judged(newer(tmp_path, (60,), (46,)))
    assert can_be_judged(newer(tmp_path, (60,), (45,)))
    assert held_back_dataset(newer(tmp_path, (20,), (5,))).parts[0].train == range(5)
    with pytest.raises(SeriesError, match=r"has 4 rows before the newest 15, .*; tiny@4 takes at least 5 to learn on"):
        held_back_dataset(newer(tmp_path, (19,), (4,)))


def test_all_rows_are_learned_from_in_the_end_and_the_spec_is_true_of_them(tmp_path: Path) -> None:
    seen = TrainingRange(minimum=(-1.0,), maximum=(100.0,))
    rows = newer(tmp_path, (60,), (40,), seen=seen, nonnegative=("value",))
    held_back = held_back_dataset(rows)
    whole = whole_dataset(rows, held_back)
    assert [part.train for part in whole.parts] == [range(60)]
    assert len(whole.train.windows) == len(held_back.train.windows) + 15
    assert (whole.held_out, whole.tested_on) == (held_back.held_out, "the last 15 of 60 rows")
    # In the units of (value - 1) / 2, from -10 on; 49 was not beyond what had been seen.
    assert whole.spec.seen == TrainingRange(minimum=(-5.5,), maximum=(100.0,))
    assert (held_back.spec.nonnegative, whole.spec.nonnegative) == (("value",), ())
