"""Where a linear path begins, against least squares worked out by hand."""

import numpy as np
import pytest

from training.data.splits import Samples
from training.networks.build import Architecture, build_network, start_linear
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
