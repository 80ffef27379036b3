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
