import numpy as np
import pytest

from models.manifest import Kind
from training.networks import build


@pytest.mark.parametrize(
    ("kind", "units", "dropout", "names"),
    [
        ("lstm", (3,), 0.0, ["recurrent_0", "output"]),
        ("simple_rnn", (3, 2), 0.0, ["recurrent_0", "recurrent_1", "output"]),
        ("lstm", (3, 2), 0.5, ["recurrent_0", "dropout_0", "recurrent_1", "dropout_1", "output"]),
    ],
)
def test_layers_are_stacked_below_a_linear_one(
    kind: Kind, units: tuple[int, ...], dropout: float, names: list[str]
) -> None:
    network = build(kind, features=2, targets=1, units=units, dropout=dropout)
    assert [layer.name for layer in network.layers] == names
    assert network.layers[-1].activation.__name__ == "linear"
    assert network(np.zeros((4, 5, 2), np.float32)).shape == (4, 1)


@pytest.mark.parametrize("first", [0, 3])
def test_a_network_can_answer_at_every_step_from_one_on(first: int) -> None:
    last = build("lstm", features=2, targets=1, units=(3, 2))
    every = build("lstm", features=2, targets=1, units=(3, 2), answers_from=first)
    every.set_weights(last.get_weights())
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    came = np.asarray(every(values))
    assert came.shape == (4, 5 - first, 1)
    for step in range(first, 5):
        assert np.allclose(came[:, step - first], last(values[:, : step + 1]), atol=1e-6)
