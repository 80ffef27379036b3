"""Calibrating on what members left out: whose errors they are, and what is told where there are none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from training.completion.calibration import calibrated
from training.data.dataset import Dataset, build_dataset
from training.data.left_out import left_out_blocks
from training.export.from_keras import to_onnx
from training.networks.build import Architecture, build_network, ensemble_of
from training.networks.fit import FittedNetwork
from training.reading.series import Series
from training.recipes.recipe import Recipe

RECIPE = Recipe().with_values(
    {
        "window": 2,
        "horizon": 2,
        "units": 2,
        "members": 2,
        "leave_out": True,
        "scaler": "none",
        "train_share": 0.6,
        "validation_share": 0.1,
        "calibration_share": 0.1,
    }
)
ANSWERS = 5.0, 7.0  # of the members, whatever they see: the ensemble's is 6


def dataset_of(recipe: Recipe, values: NDArray[np.float64]) -> Dataset:
    return build_dataset(recipe, [Series(values[:, None], ("y",), "made up")])


def fitted_to(recipe: Recipe, dataset: Dataset) -> tuple[FittedNetwork, Forecaster]:
    members = []
    for answer in ANSWERS:
        member = build_network(Architecture("lstm", channels=1, outputs=1, units=(2,)))
        member.set_weights([np.zeros_like(each) for each in member.get_weights()])
        member.get_layer("output").bias.assign([answer])
        members.append(member)
    ensemble = ensemble_of(members)
    blocks = left_out_blocks(recipe, dataset.spec, [each.train for each in dataset.parts])
    fitted = FittedNetwork(ensemble, (1.0,), None, None, duration_s=1, left_out=blocks)
    return fitted, Forecaster(dataset.spec, OnnxNetwork(to_onnx(dataset.spec, ensemble)), "load")


def test_a_block_s_errors_are_those_of_the_member_that_left_it_out() -> None:
    # The training rows are 6, so that their errors are 1 and -1; the validation rows lie as far off.
    values = np.repeat([6.0, 5.0, 7.5, 6.0], [60, 10, 10, 20])
    values[0] = 0
    dataset = dataset_of(RECIPE, values)
    fitted, forecaster = fitted_to(RECIPE, dataset)
    choice = calibrated(RECIPE, dataset, forecaster, fitted)
    expected = []
    for block in fitted.left_out:
        expected += [6 - ANSWERS[block.member]] * (len(block.rows) - 1)
    expected += [1.5] * 9
    assert choice.intervals is not None
    assert choice.intervals.joint_errors is not None
    assert choice.intervals.joint_errors.tolist() == [[expected], [expected]]
    assert choice.calibrated_on == (
        "the 10 rows before the last 20 of 100 rows, "
        "and 58 training rows, each forecast by the network that left it out"
    )
    slice_alone, both = choice.candidates
    assert (slice_alone.name, slice_alone.count, slice_alone.score) == ("calibration rows", 9, 1)
    assert (both.name, both.count, both.chosen) == ("calibration and left-out rows", len(expected), True)
    assert both.score == pytest.approx(2 / 3)  # at 80 percent: 1 on each side, not 1.5


def test_without_calibration_rows_the_left_out_ones_calibrate_alone() -> None:
    recipe = RECIPE.with_values({"calibration_share": 0.0})
    dataset = dataset_of(recipe, np.arange(100.0) % 7)
    fitted, forecaster = fitted_to(recipe, dataset)
    choice = calibrated(recipe, dataset, forecaster, fitted)
    assert choice.intervals is not None
    assert choice.intervals.count == sum(len(block.rows) - 1 for block in fitted.left_out)
    assert choice.calibrated_on == "58 training rows, each forecast by the network that left it out"
    assert choice.candidates == ()


def test_where_rows_are_too_few_to_leave_some_out_the_slice_calibrates() -> None:
    dataset = dataset_of(RECIPE, np.arange(40.0) % 7)
    fitted, forecaster = fitted_to(RECIPE, dataset)
    assert fitted.left_out == ()
    choice = calibrated(RECIPE, dataset, forecaster, fitted)
    assert choice.candidates == ()
    assert choice.calibrated_on == (
        "the 4 rows before the last 8 of 40 rows; there are too few training rows for members to leave some out"
    )
    as_before = calibrated(RECIPE.with_values({"leave_out": False}), dataset, forecaster, fitted)
    assert as_before.calibrated_on == dataset.calibrated_on


def test_without_validation_rows_nothing_is_judged_and_the_slice_calibrates() -> None:
    recipe = RECIPE.with_values({"validation_share": 0.0})
    dataset = dataset_of(recipe, np.arange(100.0) % 7)
    fitted, forecaster = fitted_to(recipe, dataset)
    choice = calibrated(recipe, dataset, forecaster, fitted)
    assert [(each.score, each.chosen) for each in choice.candidates] == [(None, True), (None, False)]
    assert choice.calibrated_on == dataset.calibrated_on


def test_units_are_those_that_the_recipe_and_its_scaler_leave_open() -> None:
    recipe = RECIPE.with_values({"leave_out": False, "window_intervals": True})

    def names(**values: object) -> list[str]:
        asked = recipe.with_values(values)
        dataset = dataset_of(asked, np.arange(100.0) % 7)
        fitted, forecaster = fitted_to(asked, dataset)
        return [each.name for each in calibrated(asked, dataset, forecaster, fitted).candidates]

    assert names() == ["calibration rows", "calibration rows, by the window"]
    # A choice between one is none.
    assert names(scaler="context") == names(interval_season=1) == names(window_intervals=False) == []
