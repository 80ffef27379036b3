"""A network with a decoder, in Keras: the same as models/graphs/decoder_step.py makes of its weights in ONNX."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.graphs.decoder_step import COLUMNS, OWN, PACES, smoothing_weights
from models.seasonal.adjusted_windows import CHANNELS, FACTS, PHASE_CHANNELS
from models.spec.model_spec import Decoder, ModelSpec
from training.errors import RecipeError
from training.keras_backend import load_keras
from training.networks.cells import StandardCell, cell_of

Array = NDArray[np.float32]


def decoder_network(kind: str, window: int, columns: int, units: int, decoder: Decoder) -> Any:
    """A keras.Model with new random weights, not compiled; decoder_step.py tells what its layers are for.

    It takes inputs of shape (batch, window, CHANNELS) and gives outputs of shape (batch, columns): for each target the
    value, its lower and its upper quantile. Raises RecipeError for an unknown kind.
    """
    keras = load_keras()
    layers, ops, outputs, hidden = keras.layers, keras.ops, columns // COLUMNS, decoder.units
    inputs = keras.Input((window, CHANNELS))
    own, targets = inputs[:, :, :OWN], inputs[:, window - outputs :, OWN : OWN + PHASE_CHANNELS]
    # 1. What the recurrent layer has seen in the end, with the facts of the whole window.
    patches = layers.Reshape((window // decoder.patch, decoder.patch * OWN), name="patches")(own)
    last = cell_of(kind).layer(units, name="recurrent_0")(patches)
    known = layers.Concatenate(name="known")([last, inputs[:, -1, CHANNELS - FACTS :]])
    state = layers.Dense(hidden, name="state")(known)
    # 2. The hidden layers of each target.
    target = layers.EinsumDense("bhf,fd->bhd", (outputs, hidden), bias_axes="hd", name="target")(targets)
    first = layers.Activation("tanh", name="first")(target + state[:, None])
    second = layers.Dense(hidden, activation="tanh", name="hidden")(first)
    given = layers.Dense(COLUMNS + len(PACES), name="given")(second)
    # 3. The value, and the quantiles around it.
    by_row = layers.Permute((2, 1), name="by_row")(own[:, :, :2])
    kernel = layers.Dense(len(PACES), use_bias=False, trainable=False, name="levels")
    smoothed = kernel(by_row)
    kernel.set_weights([smoothing_weights(window)])
    shares = layers.Softmax(name="weights")(given[:, :, COLUMNS:])
    level = ops.sum(shares * (smoothed[:, :1] / smoothed[:, 1:]), axis=2, keepdims=True)
    value = given[:, :, :1] + level
    lower, upper = value - ops.softplus(given[:, :, 1:2]), value + ops.softplus(given[:, :, 2:3])
    flat = layers.Reshape((columns,), name="outputs")(layers.Concatenate(name="columns")([value, lower, upper]))
    return keras.Model(inputs, flat, name=kind)


def decoder_weights(spec: ModelSpec, members: Sequence[Any]) -> dict[str, Array]:
    """The weights of Keras networks by the names that they have in the graph. Raises RecipeError."""
    weights = {"levels_kernel": members[0].get_layer("levels").get_weights()[0]}
    for number, member in enumerate(members):
        prefix, cell = f"m{number}_", cell_of(spec.kind)
        if not isinstance(cell, StandardCell):
            raise RecipeError(
                f"a decoder needs a recurrent layer that is one operator of ONNX, which {spec.kind} is not"
            )
        recurrent = cell.onnx_weights(member.get_layer("recurrent_0").get_weights())
        weights |= {prefix + letter: each for letter, each in zip("WRB", recurrent, strict=True)}
        for name in ("state", "target", "hidden", "given"):
            kernel, bias = member.get_layer(name).get_weights()
            weights |= {f"{prefix}{name}_kernel": kernel, f"{prefix}{name}_bias": bias}
        weights[f"{prefix}target_bias"] = weights[f"{prefix}target_bias"][:, None]
    return weights
