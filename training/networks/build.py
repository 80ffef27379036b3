"""Building a network in Keras: recurrent layers with a linear layer on top, or the mean of several such networks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import Decoder
from training.keras_backend import load_keras
from training.networks.cells import cell_of
from training.networks.decoder import decoder_network


class Architecture(NamedTuple):
    """What decides a network's layers and their sizes.

    `kind` is that of the recurrent layers, `units` has one size for each of them. `channels` is the number of inputs
    in each step. The first `residual` channels are added to the outputs; where there are more outputs, the same
    channels are added to each group of `residual` outputs. With `linear_path` a linear function of all of a step's
    inputs is added instead, whose weights are learned. Of the outputs, a rollout feeds back the first `fed_back`, or
    all where it is None. With a `decoder` windows have `window` steps (decoder.py).
    """

    kind: str
    channels: int
    outputs: int
    units: Sequence[int]
    dropout: float = 0.0
    residual: int = 0
    linear_path: bool = False
    fed_back: int | None = None
    window: int = 0
    decoder: Decoder | None = None


def build_network(architecture: Architecture, first_output_step: int | None = None) -> Any:
    """A keras.Model of recurrent layers and a linear Dense layer, with new random weights, not compiled.

    It takes inputs of shape (batch, time, channels), of any length, and gives the outputs of the last step, shape
    (batch, outputs). With `first_output_step`, an index from 0, it gives the outputs of that step and of each later
    one, shape (batch, time - first_output_step, outputs). The weights have the same shapes and order in both cases.
    Dropout follows each recurrent layer and is active in training only. A linear path begins as 0: `start_linear`
    says where it should begin. Raises RecipeError for an unknown kind.
    """
    keras, cell = load_keras(), cell_of(architecture.kind)
    if architecture.decoder is not None:
        return decoder_network(
            architecture.kind, architecture.window, architecture.outputs, architecture.units[0], architecture.decoder
        )
    inputs = keras.Input((None, architecture.channels))
    hidden = inputs
    for depth, units in enumerate(architecture.units):
        every_step = first_output_step is not None or depth < len(architecture.units) - 1
        hidden = cell.layer(units, return_sequences=every_step, name=f"recurrent_{depth}")(hidden)
        if architecture.dropout:
            hidden = keras.layers.Dropout(architecture.dropout, name=f"dropout_{depth}")(hidden)
    if first_output_step:
        hidden = keras.layers.Cropping1D((first_output_step, 0), name="answers_from")(hidden)
    outputs = keras.layers.Dense(architecture.outputs, name="output")(hidden)
    if architecture.residual or architecture.linear_path:
        latest = inputs[:, -1] if first_output_step is None else inputs[:, first_output_step:]
        added = _linear_path(architecture, latest) if architecture.linear_path else _residual(architecture, latest)
        outputs = keras.layers.Add(name="sum")([outputs, added])
    return keras.Model(inputs, outputs, name=architecture.kind)


def start_linear(network: Any, weights: NDArray[np.float32]) -> None:
    """Have a network with a linear path give the linear answer alone: training goes on from there.

    `weights`, shape (channels + 1, outputs), end with the intercept.
    """
    output = network.get_layer("output")
    kernel, _ = output.get_weights()
    output.set_weights([np.zeros_like(kernel), weights[-1]])
    network.get_layer("newest").set_weights([weights[:-1]])


def copy_weights(source: Any, target: Any) -> None:
    """Copy the trained weights of one network to another one with the same layers."""
    for variable, learned in zip(target.trainable_variables, source.trainable_variables, strict=True):
        variable.assign(learned)


def ensemble_of(members: Sequence[Any]) -> Any:
    """One keras.Model whose output is the mean of its members' outputs; a single member is returned as it is."""
    if len(members) == 1:
        return members[0]
    keras = load_keras()
    for number, member in enumerate(members):
        member.name = f"member_{number}"
    inputs = keras.Input(members[0].input_shape[1:])
    mean = keras.layers.Average(name="mean")([member(inputs) for member in members])
    return keras.Model(inputs, mean, name="ensemble")


def members_of(network: Any) -> list[Any]:
    """The networks in an ensemble; of a single network, the network itself."""
    inner = [layer for layer in network.layers if layer.name.startswith("member")]
    return inner or [network]


def _linear_path(architecture: Architecture, latest: Any) -> Any:
    """A learned linear function of a step's inputs: the autoregressive highway of Lai et al. 2018 (LSTNet)."""
    return load_keras().layers.Dense(architecture.outputs, use_bias=False, kernel_initializer="zeros", name="newest")(
        latest
    )


def _residual(architecture: Architecture, latest: Any) -> Any:
    """The channels that are added to the outputs, repeated to match them.

    This is a linear layer with fixed weights, because Keras can save it and any ONNX graph can hold it.
    """
    layer = load_keras().layers.Dense(architecture.outputs, use_bias=False, trainable=False, name="newest")
    picked = layer(latest)
    one_group = np.eye(architecture.channels, architecture.residual, dtype=np.float32)
    layer.set_weights([np.tile(one_group, architecture.outputs // architecture.residual)])
    return picked
