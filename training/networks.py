"""The networks, in Keras."""

from collections.abc import Sequence
from typing import Any

from models.manifest import Kind
from training.backend import load_keras

# The layer of each kind, by its name in Keras. A new kind needs a line here and one in training/graph.py.
LAYERS: dict[Kind, str] = {"gru": "GRU", "lstm": "LSTM", "simple_rnn": "SimpleRNN"}


def build(
    kind: Kind,
    *,
    features: int,
    targets: int,
    units: Sequence[int],
    dropout: float = 0.0,
    answers_from: int | None = None,
) -> Any:
    """A keras.Sequential of recurrent layers and a linear Dense, with new random weights, not compiled.

    It takes (batch, time, features) of any length and gives (batch, targets), from the last step; with
    `answers_from` it answers at that step, counted from 0, and at each after it: (batch, time - answers_from,
    targets). The weights are the same ones. Dropout follows each recurrent layer and acts in training only.
    """
    keras = load_keras()
    layer = getattr(keras.layers, LAYERS[kind])
    network = keras.Sequential([keras.Input((None, features))], name=kind)
    for number, size in enumerate(units):
        every_step = answers_from is not None or number < len(units) - 1
        network.add(layer(size, return_sequences=every_step, name=f"recurrent_{number}"))
        if dropout:
            network.add(keras.layers.Dropout(dropout, name=f"dropout_{number}"))
    if answers_from:
        network.add(keras.layers.Cropping1D((answers_from, 0), name="answers_from"))
    network.add(keras.layers.Dense(targets, name="output"))
    return network


def averaged(members: Sequence[Any]) -> Any:
    """One keras.Model whose answer is the mean of its members' answers; a single member is itself."""
    if len(members) == 1:
        return members[0]
    keras = load_keras()
    for number, member in enumerate(members):
        member.name = f"member_{number}"
    inputs = keras.Input(members[0].input_shape[1:])
    mean = keras.layers.Average(name="mean")([member(inputs) for member in members])
    return keras.Model(inputs, mean, name="ensemble")


def members_of(network: Any) -> list[Any]:
    """The networks that `build` made, of one or of several of them averaged."""
    inner = [layer for layer in network.layers if layer.name.startswith("member")]
    return inner or [network]
