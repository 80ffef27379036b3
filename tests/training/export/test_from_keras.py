import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.errors import RefusedVersion
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from tests.support.tiny import tiny_spec
from training.export.from_keras import load_weights, to_keras_file, to_onnx
from training.export.parity import check_agreement, keras_answers
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network, ensemble_of

WINDOWS = np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 6, 1)


def test_the_keras_file_holds_the_same_network_uncompiled(tmp_path: Path) -> None:
    network = build_network(Architecture("lstm", channels=1, outputs=1, units=(3,)))
    network.compile("adam", "mse")
    network.fit(WINDOWS, WINDOWS[:, 0], verbose=0)
    content = to_keras_file(network)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not json.loads(archive.read("config.json"))["compile_config"]
    (tmp_path / "model.keras").write_bytes(content)
    loaded = load_keras().models.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    assert np.array_equal(keras_answers(loaded, WINDOWS), keras_answers(network, WINDOWS))


def test_the_keras_file_of_an_ensemble_holds_every_member(tmp_path: Path) -> None:
    architecture = Architecture("gru", channels=1, outputs=2, units=(3, 2), dropout=0.1)
    network = ensemble_of([build_network(architecture) for _ in range(3)])
    (tmp_path / "model.keras").write_bytes(to_keras_file(network))
    loaded = load_keras().models.load_model(tmp_path / "model.keras")
    assert np.array_equal(keras_answers(loaded, WINDOWS), keras_answers(network, WINDOWS))
    spec = tiny_spec("gru", window=6, outputs=2, members=3, units=(3, 2))
    forecaster = Forecaster(spec, OnnxNetwork(to_onnx(spec, loaded)))
    check_agreement(loaded, forecaster, forecaster.prepare(WINDOWS.astype(float), 6))


def test_weights_are_loaded_into_a_network_of_the_same_layers_alone() -> None:
    architecture = Architecture("gru", channels=1, outputs=2, units=(3, 2), dropout=0.1, linear_path=True)
    first, second = (ensemble_of([build_network(architecture) for _ in range(2)]) for _ in range(2))
    random = np.random.default_rng(0)
    for network in (first, second):
        network.set_weights([random.normal(size=each.shape) for each in network.get_weights()])
    content = to_keras_file(first)
    load_weights(second, content)
    assert np.array_equal(keras_answers(second, WINDOWS), keras_answers(first, WINDOWS))
    for other, held in ((build_network(architecture), content), (second, b"no archive"), (second, content[:-900])):
        with pytest.raises(RefusedVersion, match="does not hold the weights of the network that its recipe tells"):
            load_weights(other, held)
