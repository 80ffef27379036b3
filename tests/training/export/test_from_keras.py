import io
import json
import zipfile
from pathlib import Path

import numpy as np

from models.graphs.onnx_network import OnnxNetwork
from training.export.from_keras import to_keras_file, to_onnx
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
    check_agreement(loaded, OnnxNetwork(to_onnx("gru", loaded)), WINDOWS)
