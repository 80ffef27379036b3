"""Turning a trained Keras network into files: an ONNX graph and a .keras file, whose weights can be loaded again.

How each kind of recurrent layer is written in ONNX (gate order, states) stands in training/networks/cells.py.
"""

import tempfile
from pathlib import Path
from typing import Any

from models.errors import RefusedVersion
from models.spec.model_spec import ModelSpec
from training.export.onnx_graph import Layer, Member, build_decoder_graph, build_graph
from training.networks.build import members_of
from training.networks.decoder import decoder_weights

KERAS = "model.keras"


def to_onnx(spec: ModelSpec, network: Any) -> bytes:
    """The ONNX graph of a network that training/networks/build.py built. Raises RecipeError for an unknown kind."""
    members = members_of(network)
    if spec.decoder is not None:
        alone = spec.model_copy(update={"members": len(members)})  # one of several is drawn while it is trained
        return build_decoder_graph(alone, spec.decoder, decoder_weights(spec, members))
    return build_graph(spec, [_member(each) for each in members])


def to_keras_file(network: Any) -> bytes:
    """The content of a `.keras` file with the network, not compiled: the optimizer's state would triple its size."""
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / KERAS
        copy.save(path)
        return path.read_bytes()


def load_weights(network: Any, content: bytes) -> None:
    """Give a network of the same layers the weights of a `.keras` file; nothing else of the file is read.

    Raises RefusedVersion where they are not the weights of such layers.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / KERAS
        path.write_bytes(content)
        try:
            network.load_weights(path)
        except Exception as error:  # of a file that is no such archive, Keras and the libraries below raise all kinds
            raise RefusedVersion(f"{KERAS} does not hold the weights of the network that its recipe tells") from error


def _member(network: Any) -> Member:
    recurrent = [layer for layer in network.layers if layer.name.startswith("recurrent")]
    layers = [Layer(layer.input.shape[-1], layer.units, layer.get_weights()) for layer in recurrent]
    residual = [layer.get_weights()[0] for layer in network.layers if layer.name == "newest"]
    return Member(layers, *network.get_layer("output").get_weights(), *residual)
