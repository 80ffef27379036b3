"""Where a linear path begins, against least squares worked out by hand."""

import numpy as np
import pytest

from training.data.splits import Samples
from training.networks.build import Architecture, build_network, start_linear
from training.networks.losses import QuantileOutputs
from training.networks.ridge import ridge

RANDOM = np.random.default_rng(0)


def samples(targets: int = 2) -> tuple[Samples, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Windows of three steps and two channels, with targets that are linear in the last step's."""
    windows = RANDOM.normal(size=(200, 3, 2)).astype(np.float32)
    weights = RANDOM.normal(size=(3, targets))
    return Samples(windows, windows[:, -1] @ weights[:2] + weights[2]), weights


def test_a_linear_rule_is_found() -> None:
    found, weights = samples()
    assert ridge(found, None) == pytest.approx(weights, abs=0.01)


def test_targets_that_are_not_known_are_left_out() -> None:
    found, weights = samples()
    found.targets[::3, 1] = np.nan
    assert ridge(found, None) == pytest.approx(weights, abs=0.01)
    found.targets[:, 1] = np.nan
    assert ridge(found, None)[:, 1].tolist() == [0, 0, 0]


def test_quantiles_are_the_values_shifted_by_those_of_the_errors() -> None:
    windows = RANDOM.normal(size=(2000, 1, 1)).astype(np.float32)
    noise = RANDOM.uniform(-1, 1, size=(2000, 4))
    targets = windows[:, 0] * np.array([1.0, 2, 3, 4]) + noise * np.array([1, 2, 1, 2])
    # Two outputs of two targets.
    found = ridge(Samples(windows, targets.astype(np.float32)), None, QuantileOutputs((0.1, 0.9), targets=2))
    kernel, intercept = found.reshape(2, 2, 3, 2)  # outputs, value and quantiles, targets
    assert kernel[0] == pytest.approx(np.array([[1, 2]] * 3), abs=0.1)
    assert kernel[1] == pytest.approx(np.array([[3, 4]] * 3), abs=0.1)
    assert intercept[1] == pytest.approx(np.array([[0, 0], [-0.8, -1.6], [0.8, 1.6]]), abs=0.15)


def test_every_step_with_a_target_counts() -> None:
    windows = RANDOM.normal(size=(50, 4, 2)).astype(np.float32)
    targets = windows[:, 2:] @ np.array([[2.0], [-1]]) + 0.5
    assert ridge(Samples(windows, targets), 2)[:, 0] == pytest.approx([2, -1, 0.5], abs=0.01)


def test_inputs_that_are_alike_share_their_weight_and_constant_ones_have_none() -> None:
    column = RANDOM.normal(size=(100, 1, 1))
    windows = np.concatenate([column, column, np.ones_like(column)], axis=-1).astype(np.float32)
    found = ridge(Samples(windows, 3 * column[:, 0]), None)[:, 0]
    assert found == pytest.approx([1.5, 1.5, 0, 0], abs=0.01)


def test_a_network_that_starts_there_gives_the_linear_answer() -> None:
    found, _ = samples()
    network = build_network(Architecture("lstm", channels=2, outputs=2, units=(4,), linear_path=True))
    start_linear(network, ridge(found, None))
    assert np.allclose(network(found.windows), found.targets, atol=0.05)
