"""The networks, in Keras."""

from collections.abc import Sequence
from typing import Any

from models.manifest import Kind
from training.backend import load_keras

# The layer of each kind, by its name in Keras. A new kind needs a line here and one in training/graph.py.
LAYERS: dict[Kind, str] = {"lstm": "LSTM", "simple_rnn": "SimpleRNN"}


def build(kind: Kind, *, features: int, targets: int, units: Sequence[int], dropout: float = 0.0) -> Any:
    """A keras.Sequential of recurrent layers and a linear Dense, with new random weights, not compiled.

    It takes (batch, time, features) of any length and gives (batch, targets), from the last step. Dropout
    follows each recurrent layer and acts in training only.
    """
    keras = load_keras()
    layer = getattr(keras.layers, LAYERS[kind])
    network = keras.Sequential([keras.Input((None, features))], name=kind)
    for number, size in enumerate(units):
        network.add(layer(size, return_sequences=number < len(units) - 1, name=f"recurrent_{number}"))
        if dropout:
            network.add(keras.layers.Dropout(dropout, name=f"dropout_{number}"))
    network.add(keras.layers.Dense(targets, name="output"))
    return network
