"""The networks, in Keras."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.keras_backend import load_keras

# The layer of each kind, by its name in Keras. docs/architecture.md says what else a new kind needs.
LAYERS: dict[str, str] = {"gru": "GRU", "lstm": "LSTM", "simple_rnn": "SimpleRNN"}


def build_network(
    kind: str,
    *,
    channels: int,
    outputs: int,
    units: Sequence[int],
    dropout: float = 0.0,
    residual: int = 0,
    answers_from: int | None = None,
) -> Any:
    """A keras.Model of recurrent layers and a linear Dense, with new random weights, not compiled.

    It takes (batch, time, channels) of any length and gives (batch, outputs), from the last step; with
    `answers_from` it answers at that step, counted from 0, and at each after it: (batch, time - answers_from,
    outputs). The weights are the same ones. Dropout follows each recurrent layer and acts in training only. With
    `residual` the first so many channels are added to the outputs, as often as these repeat them.
    """
    keras = load_keras()
    layer = getattr(keras.layers, LAYERS[kind])
    inputs = keras.Input((None, channels))
    steps = inputs
    for number, size in enumerate(units):
        every_step = answers_from is not None or number < len(units) - 1
        steps = layer(size, return_sequences=every_step, name=f"recurrent_{number}")(steps)
        if dropout:
            steps = keras.layers.Dropout(dropout, name=f"dropout_{number}")(steps)
    if answers_from:
        steps = keras.layers.Cropping1D((answers_from, 0), name="answers_from")(steps)
    answers = keras.layers.Dense(outputs, name="output")(steps)
    if residual:
        answers = keras.layers.Add(name="sum")([answers, _newest(inputs, answers_from, residual, outputs)])
    return keras.Model(inputs, answers, name=kind)


def copy_weights(source: Any, target: Any) -> None:
    """Give a network what another of the same layers has learned."""
    for variable, learned in zip(target.trainable_variables, source.trainable_variables, strict=True):
        variable.assign(learned)


def _newest(inputs: Any, answers_from: int | None, residual: int, outputs: int) -> Any:
    """The first channels of the steps that are answered, once for each time that the outputs repeat them.

    A linear layer that never learns, as Keras can save it and any graph can hold it.
    """
    steps = inputs[:, -1] if answers_from is None else inputs[:, answers_from:]
    pick = load_keras().layers.Dense(outputs, use_bias=False, trainable=False, name="newest")
    picked = pick(steps)
    pick.set_weights([np.tile(np.eye(int(inputs.shape[-1]), residual, dtype=np.float32), outputs // residual)])
    return picked


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
