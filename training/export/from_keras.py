"""Turning a trained Keras network into files: an ONNX graph and a .keras file."""

import tempfile
from pathlib import Path
from typing import Any

from models.spec.model_spec import Kind
from training.export.onnx_graph import Layer, Member, build_graph
from training.networks.build import members_of


def to_onnx(kind: Kind, network: Any) -> bytes:
    """The ONNX graph of a network that training/networks/build.py built."""
    members = []
    for member in members_of(network):
        recurrent = [layer for layer in member.layers if layer.name.startswith("recurrent")]
        layers = [Layer(*layer.get_weights()) for layer in recurrent]
        newest = [layer.get_weights()[0] for layer in member.layers if layer.name == "newest"]
        members.append(Member(layers, *member.get_layer("output").get_weights(), *newest))
    return build_graph(kind, members)


def to_keras_file(network: Any) -> bytes:
    """The content of a `.keras` file with the network uncompiled, for an optimizer would triple its size."""
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        copy.save(path)
        return path.read_bytes()
