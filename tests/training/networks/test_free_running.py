"""The free-running network: the same as without, except for what its steps take in."""

from typing import Any

import numpy as np
import pytest

from training.networks.build import Architecture, build_network, copy_weights
from training.networks.cells import CELLS
from training.networks.free_running import free_running_network


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("fed_back", [None, 2])
@pytest.mark.parametrize("added", [{}, {"residual": 2}, {"linear_path": True}])
def test_with_true_values_alone_it_is_the_network_itself(
    kind: str, added: dict[str, Any], fed_back: int | None
) -> None:
    outputs = 6 if fed_back else 2  # with quantiles, of which none is fed back
    architecture = Architecture(kind, channels=3, outputs=outputs, units=(4, 3), **added, fed_back=fed_back)
    free_running = free_running_network(architecture, first_output_step=1)
    for variable in free_running.trainable_variables[-1:]:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))  # a linear path begins as 0
    plain = build_network(architecture, first_output_step=1)
    copy_weights(free_running, plain)
    values = np.random.default_rng(0).normal(size=(5, 6, 3)).astype(np.float32)
    masked = np.concatenate([np.ones((5, 6, 1), np.float32), values], axis=-1)
    assert np.allclose(free_running(masked), plain(values), atol=1e-6)


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_last_prediction_replaces_masked_values(outputs: int) -> None:
    free_running = free_running_network(Architecture("gru", channels=2, outputs=outputs, units=(4,), fed_back=1))
    values = np.random.default_rng(0).normal(size=(3, 6, 2)).astype(np.float32)
    mask = np.ones((3, 6, 1), np.float32)
    mask[:, 3:] = 0
    found = np.asarray(free_running(np.concatenate([mask, values], axis=-1)))
    other = values.copy()
    other[:, 3:, 0] = 9
    assert np.array_equal(found, free_running(np.concatenate([mask, other], axis=-1)))
    own = values.copy()
    own[:, 3:, 0] = found[:, 2:-1, 0]
    assert np.allclose(found, free_running(np.concatenate([np.ones_like(mask), own], axis=-1)), atol=1e-6)
