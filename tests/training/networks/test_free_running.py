"""Training through the rollout: the same network as without, but for what it takes in."""

import numpy as np
import pytest

from training.networks.build import build_network, copy_weights
from training.networks.free_running import free_running_network
from training.recipes.sections import Kind


@pytest.mark.parametrize("kind", ["gru", "lstm", "simple_rnn"])
@pytest.mark.parametrize("residual", [False, True])
def test_taking_in_true_values_alone_it_is_the_network_itself(kind: Kind, residual: bool) -> None:
    rolled = free_running_network(kind, channels=3, targets=2, units=(4, 3), residual=residual, answers_from=1)
    plain = build_network(kind, channels=3, outputs=2, units=(4, 3), residual=2 if residual else 0, answers_from=1)
    copy_weights(rolled, plain)
    values = np.random.default_rng(0).normal(size=(5, 6, 3)).astype(np.float32)
    true = np.concatenate([np.ones((5, 6, 1), np.float32), values], axis=-1)
    assert np.allclose(rolled(true), plain(values), atol=1e-6)


def test_what_is_masked_does_not_matter_and_the_last_prediction_stands_in_for_it() -> None:
    rolled = free_running_network("gru", channels=2, targets=1, units=(4,))
    values = np.random.default_rng(0).normal(size=(3, 6, 2)).astype(np.float32)
    mask = np.ones((3, 6, 1), np.float32)
    mask[:, 3:] = 0
    answers = np.asarray(rolled(np.concatenate([mask, values], axis=-1)))
    other = values.copy()
    other[:, 3:, 0] = 9
    assert np.array_equal(answers, rolled(np.concatenate([mask, other], axis=-1)))
    own = values.copy()
    own[:, 3:, 0] = answers[:, 2:-1, 0]
    assert np.allclose(answers, rolled(np.concatenate([np.ones_like(mask), own], axis=-1)), atol=1e-6)
