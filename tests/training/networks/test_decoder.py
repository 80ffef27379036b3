"""A network with a decoder, in Keras, is the one that its graph holds."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.graphs.graph_check import check_graph
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.model_spec import ModelSpec
from tests.support.any_series.tiny import any_spec, seasonal_values
from training.errors import DisagreementError, RecipeError
from training.export.from_keras import load_weights, to_keras_file, to_onnx
from training.export.onnx_graph import FORMAT_VERSION
from training.export.parity import check_agreement, keras_answers
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network, ensemble_of
from training.networks.decoder import decoder_network

WINDOWS = [seasonal_values(60, 12, noise=1), seasonal_values(9, 4), [7.0] * 20, [0.0] * 30, [0.0, 0, 0, 5] * 9]


def network_of(spec: ModelSpec) -> Any:
    """The members' weights and biases are all drawn, so that none stands for another."""
    architecture = Architecture(
        spec.kind, spec.channels, spec.outputs * 3, spec.units, window=spec.window, decoder=spec.decoder
    )
    random, members = np.random.default_rng(0), [build_network(architecture) for _ in range(spec.members)]
    for member in members:
        for variable in member.trainable_variables:
            variable.assign(random.normal(0, 0.4, variable.shape))
    return ensemble_of(members)


@pytest.mark.parametrize(
    "spec",
    [
        any_spec("lstm", window=16, outputs=8, patch=4),
        any_spec("gru", members=3),
        any_spec("simple_rnn", window=6, outputs=6, patch=3, members=2),
        any_spec("gru", window=4, outputs=1, patch=1),
    ],
    ids=lambda spec: spec.kind,
)
def test_the_graph_answers_as_keras_does_at_every_step_of_a_rollout(spec: ModelSpec) -> None:
    network = network_of(spec)
    content = to_onnx(spec, network)
    check_graph(content, spec, FORMAT_VERSION)
    forecaster = Forecaster(spec, OnnxNetwork(content))
    inputs = forecaster.prepare(WINDOWS, 3 * spec.outputs)
    check_agreement(network, forecaster, inputs)
    for variable in network.trainable_variables:
        before = np.asarray(variable)
        variable.assign(before + 0.05)  # each of them counts
        with pytest.raises(DisagreementError):
            check_agreement(network, forecaster, inputs)
        variable.assign(before)
    check_agreement(network, forecaster, inputs)


@pytest.mark.parametrize("members", [1, 2])
def test_the_keras_file_holds_the_same_network_uncompiled(members: int, tmp_path: Path) -> None:
    spec = any_spec("gru", members=members)
    network = network_of(spec)
    if members == 1:
        network.compile("adamw", "mse")
    path = tmp_path / "model.keras"
    path.write_bytes(to_keras_file(network))
    with zipfile.ZipFile(path) as archive:
        assert not json.loads(archive.read("config.json"))["compile_config"]
    loaded = load_keras().models.load_model(path)
    steps = np.random.default_rng(0).normal(size=(3, spec.window, spec.channels)).astype(np.float32)
    steps[:, :, 1] = 1
    expected = keras_answers(network, steps)
    assert np.allclose(keras_answers(loaded, steps), expected, atol=1e-6)
    other = network_of(spec)
    other.set_weights([each + 0.1 for each in other.get_weights()])
    load_weights(other, path.read_bytes())
    assert np.allclose(keras_answers(other, steps), expected, atol=1e-6)
    assert to_onnx(spec, loaded) == to_onnx(spec, network)


def test_levels_are_not_learned() -> None:
    spec = any_spec("simple_rnn")
    names = [variable.path for variable in network_of(spec).trainable_variables]
    assert len(names) == 3 + 4 * 2
    assert not [name for name in names if "levels" in name]


def test_an_unknown_kind_is_refused() -> None:
    decoder = any_spec().decoder
    assert decoder is not None
    with pytest.raises(RecipeError, match='no recurrent layer of the kind "min_gru"'):
        decoder_network("min_gru", 8, 12, 3, decoder)
